"""The drawing of `faces`: fields and soft-edged shapes, in head coordinates, from back to front."""

from types import SimpleNamespace

import numpy as np
import torch
from torch.nn.functional import interpolate

CHUNK = 24  # pictures drawn together: the working set of a chunk stays in a core's cache
LATTICE = 48  # side of the grid on which shading is computed
BOXES, DISCS = 8, 18  # soft shapes behind the head
BLACK, CONTRAST = 0.04, 0.90  # the print: its black, and its range above it
ZOOM = 1.14  # half frames per unit of head coordinates: the face fills the frame
COARSE = 32  # side of the grid on which the background is computed

SKIN = np.array([[0.24, 0.15, 0.11], [0.47, 0.31, 0.23], [0.74, 0.54, 0.44], [0.90, 0.74, 0.65]])
HAIR = np.array([[0.06, 0.05, 0.05], [0.17, 0.11, 0.08], [0.36, 0.25, 0.17], [0.70, 0.56, 0.38]])
IRIS_BROWN, IRIS_BLUE = np.array([0.30, 0.18, 0.10]), np.array([0.32, 0.44, 0.52])
GREY = np.array([0.299, 0.587, 0.114])


def canvas(size, device):
    """Grids of pixel centres in [-1, 1], y down, and the fixed grain, for pictures of one size."""

    def axis(m):
        return (torch.arange(m, dtype=torch.float32, device=device) + 0.5) * (2 / m) - 1

    full, lattice, coarse = axis(size), axis(LATTICE), axis(COARSE)
    return SimpleNamespace(size=size, x=full[None, None], y=full[None, :, None], lx=lattice[None, None],
                           ly=lattice[None, :, None], cx=coarse[None, None], cy=coarse[None, :, None],
                           grain=_grain(size, device))


def _grain(size, device):
    """Two fixed patterns of (3, 96, 96) standard grain from an integer hash, brought to the size."""
    i = np.arange(2 * 3 * 96 * 96, dtype=np.uint32) + np.uint32(1)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):  # Wellons, 2018
        i = (i ^ (i >> np.uint32(shift))) * np.uint32(factor)
    i ^= i >> np.uint32(16)
    grain = (i.astype(np.float64) / 2**32 - 0.5) * np.sqrt(12)
    grain = torch.tensor(grain.reshape(2, 3, 96, 96), dtype=torch.float32)
    if size != 96:
        grain = interpolate(grain, size=(size, size), mode="bilinear", antialias=True)
    return grain.to(device)


def _between(t, table):
    """Colours (n, 3) at t in [0, 1] along a table of equally spaced colours."""
    knots = np.linspace(0, 1, len(table))
    return np.stack([np.interp(t, knots, table[:, c]) for c in range(3)], axis=1)


def _hue(turns):
    """Colour offsets (n, 3) of a hue in turns, of amplitude 1 and zero mean over the channels."""
    return np.cos(2 * np.pi * (np.asarray(turns)[:, None] - np.array([0, 1 / 3, 2 / 3])))


def _warm(w):
    """Muted colour offsets (n, 3), from bluish to ochre."""
    return np.asarray(w)[:, None] * np.array([0.085, 0.0, -0.085])


def parameters(f, size, device):
    """All numbers of each picture, in float64 on the host, then float32 (n, 1, 1), colours (n, 3, 1, 1)."""
    g = dict(f)
    zoom = ZOOM * f["head_size"]
    g["cos"], g["sin"] = np.cos(f["roll"]) / zoom, np.sin(f["roll"]) / zoom
    g["px"], g["py"] = f["shift_x"], f["shift_y"] + 0.04
    g["edge"] = 2 / 96 * (0.6 + 0.5 * min(1, 96 / size) + f["blur"])
    g["detail"] = 1 - 0.5 * f["blur"]
    # head
    g["w"] = 0.425 * f["face_width"] * (1 + 0.03 * f["cheeks"])
    g["h"] = 0.655 * f["face_length"]
    at = np.array([[r, r**2, r**3] for r in (-0.7, 0.62, 0.92)])
    b = np.linalg.solve(at, np.stack([0.10 + 0.07 * f["forehead"],
                                      -0.09 + 0.08 * f["jaw"] + 0.03 * f["cheeks"],
                                      -0.12 + 0.14 * f["chin"] + 0.05 * f["jaw"]]))
    g["b1"], g["b2"], g["b3"] = b
    g["turn"], g["back"], g["nod"] = 0.045 * f["yaw"], -0.045 * f["yaw"], 0.02 * f["pitch"]
    # light
    lx, ly = 0.85 * f["light_x"], -0.75 * f["light_y"]
    lz = np.sqrt(np.maximum(1.25 - 0.5 * (lx**2 + ly**2), 0.3))
    norm = np.sqrt(lx**2 + ly**2 + lz**2)
    g["lx"], g["ly"], g["lz"] = lx / norm, ly / norm, lz / norm
    g["key"] = 0.50 + 0.45 * f["light_strength"]
    g["ambient"] = 0.58 - 0.36 * f["light_strength"]
    expo = 1.08 * np.exp(0.22 * f["exposure"])
    light = expo[:, None] * (1 + 0.9 * _warm(f["light_warmth"]))
    # colours
    skin = _between(0.15 + 0.85 * f["skin_tone"] ** 0.7, SKIN)
    skin = skin * (1 + f["skin_redness"][:, None] * np.array([0.03, -0.05, -0.05]))
    hair = _between(f["hair_light"], HAIR) * (
        1 + (f["hair_warm"][:, None] - 0.4) * np.array([0.22, 0.0, -0.15]))
    silver = np.clip(f["age"] - 0.72, 0, 1)[:, None] / 0.28 * 0.7
    hair = hair * (1 - silver) + silver * (0.35 + 0.65 * (hair @ GREY)[:, None]) * np.array([1.0, 0.99, 0.97])
    lips = skin * np.array([0.92, 0.66, 0.66])
    lips = lips + (f["lip_colour"][:, None] - 0.3) * np.array([0.04, -0.10, -0.07]) * (0.4 + skin)
    iris = IRIS_BROWN + (f["iris_hue"][:, None]) * (IRIS_BLUE - IRIS_BROWN)
    iris = iris * (0.45 + 0.75 * f["iris_light"][:, None])
    cloth = (0.04 + 0.84 * f["clothes_light"])[:, None] + _hue(f["clothes_hue"]) * 0.09
    start = 0.5 + 0.75 * (f["back_light"] - 0.5) - 0.45 * f["back_contrast"]
    end = start + 0.9 * f["back_contrast"]
    back1 = (0.45 + 0.74 * (start - 0.5))[:, None] + _warm(f["back_warmth"] + 0.3)
    back2 = (0.45 + 0.74 * (end - 0.5))[:, None] + _warm(f["back_warmth_2"] + 0.3)
    colours = {"skin": skin * light, "hair": hair * light, "lips": lips * light, "iris": iris * light,
               "cloth": cloth * light * 0.95,
               "white": np.array([0.80, 0.77, 0.74]) * light * (0.6 + 0.4 * skin),
               "back1": back1 * light, "back2": back2 * light - back1 * light, "light": light,
               "flush": skin * light * (np.array([-0.01, -0.12, -0.10])
                                        * (0.25 + f["skin_redness"][:, None])),
               "fuzz": (0.55 * hair + 0.25 * skin * np.array([0.8, 0.78, 0.8])) * light}
    g["bx"], g["by"] = 0.5 * np.cos(2 * np.pi * f["back_angle"]), 0.5 * np.sin(2 * np.pi * f["back_angle"])
    blobs = _blobs(f)
    # presence
    g["beard"] = np.clip(2 * f["beard"] - 1, 0, 1)
    g["moustache"] = np.clip(2 * f["moustache"] - 1, 0, 1)
    g["glasses"] = np.clip((f["glasses"] - 0.75) / 0.12, 0, 1) * 0.85
    g["gap"] = np.clip((f["mouth_open"] - 0.4) / 0.6, 0, 1)
    g["lines"] = np.clip(f["age"] - 0.25, 0, 1) / 0.75
    # hair
    g["aw"] = g["w"] * (1.06 + 0.38 * f["hair_volume"] ** 1.5 + 0.06 * f["hair_curl"])
    g["ah"] = g["h"] * (1.06 + 0.20 * f["hair_volume"])
    g["end"] = -0.12 + 1.35 * f["hair_length"] ** 1.5
    g["lock"] = g["w"] * (1.02 - 0.24 * np.clip(2 * f["hair_length"] - 0.5, 0, 1)
                          * (0.6 + 0.4 * f["hair_volume"]))
    g["line"] = -0.49 - 0.05 * f["forehead"] + 0.13 * f["fringe"] ** 2
    g["part"] = 0.13 * f["hair_part"]
    g["c2"], g["c4"] = 0.3 + 1.5 * f["hair_style"], 10.0 * (1 - f["hair_style"])
    g["strand"], g["wave"] = 0.3 * f["strand_phase"], 0.4 * f["curl_phase"]
    g["grain1"] = 0.008 * f["noise"] * np.cos(2 * np.pi * f["noise_phase"])
    g["grain2"] = 0.008 * f["noise"] * np.sin(2 * np.pi * f["noise_phase"])

    def move(x, shape):
        return torch.tensor(np.asarray(x), dtype=torch.float32).reshape(shape).to(device)

    n = len(f["yaw"])
    names = list(g)
    stacked = move(np.stack([g[name] for name in names]), (len(names), n, 1, 1))
    p = SimpleNamespace(**dict(zip(names, stacked, strict=True)))
    p.rgb = {name: move(c, (n, 3, 1, 1)) for name, c in colours.items()}
    p.blobs = {name: move(b, (n, -1, 1, 1)) for name, b in blobs.items() if name != "rgb"}
    p.blobs["rgb"] = move(blobs["rgb"], (n, -1, 3, 1, 1))
    return p


def _blobs(f):
    """Soft boxes and discs behind the head: centres, sizes, colour offsets, from the clutter factors."""
    turns = 2 * np.pi
    x, y, z = (f[name][:, None] for name in ("clutter_x", "clutter_y", "clutter_phase"))
    k = np.arange(BOXES)
    cx = np.cos(turns * (x * (1 + k % 2) + k * 0.382)) * (0.60 + 0.06 * k)
    cy = np.cos(turns * (y * (1 + (k + 1) % 2) + k * 0.276 + 0.1)) * 0.85 - 0.1
    rx, ry = 0.17 + 0.08 * (k % 3) + 0 * x, 0.64 - 0.055 * k + 0 * x
    strength = f["clutter_large"][:, None] * 0.85 * np.cos(turns * (k * 0.41 + x + y - 2 * z * (k % 2)))
    j = np.arange(DISCS)
    sx = np.cos(turns * (z * (1 + j % 2) + j * 0.382)) * (0.62 + 0.022 * j)
    sy = -1 + 2 * ((j * 0.618 + y + 0.3 * np.sin(turns * (x + j * 0.3))) % 1)
    sr = 0.098 + 0.03 * (j % 4) + 0 * x
    small = (f["clutter_small"][:, None] * 1.6 * np.cos(turns * (j * 0.29 + x + z * (j % 3)))
             * np.clip((1 - np.abs(sy)) * 5, 0, 1))
    small = np.where(small < 0, 0.75 * small, 1.1 * small)
    hue = np.concatenate([k * 0.3, j * 0.23])[None, :] + z + np.concatenate([k % 3, j % 2])[None, :] * x
    rgb = np.concatenate([strength, small], axis=1)[..., None] * (
        1 + 0.12 * np.cos(turns * (hue[..., None] - np.array([0, 1 / 3, 2 / 3])))
    )
    join = np.concatenate
    return {"x": join([cx, sx], 1), "y": join([cy, sy], 1), "rx": 1 / join([rx, sr], 1),
            "ry": 1 / join([ry, sr], 1), "rgb": rgb}


def soft(d, edge):
    """Coverage of the side d < 0 of an edge of the given width: a clamped ramp."""
    return (d / edge).neg_().add_(0.5).clamp_(0, 1)


def bump(d2):
    """A smooth bump of the squared distance: (1 - d2)^2 inside the unit circle, 0 outside."""
    return d2.neg().add_(1).clamp_(min=0).square_()


def wave(x):
    """A wave of period 1 in [-1, 1], like cos(2 pi x): 1 - 24 r^2 + 32 r^3, r the distance to an integer."""
    r = x.round().sub_(x).abs_()
    return (r * 32).sub_(24).mul_(r).mul_(r).add_(1)


def paint(image, mask, colour):
    """Lay a colour (n, 3, 1, 1) or (n, 3, h, w) over an image (n, 3, h, w) where the mask (n, h, w) says."""
    image += (colour - image).mul_(mask.unsqueeze(1))


def shade(image, mask):
    """Darken an image (n, 3, h, w) by the factor 1 - mask (n, h, w)."""
    image *= (1 - mask).unsqueeze(1)


def box(c, x0, x1, y0, y1):
    """Slices of rows and columns that cover a rectangle of frame coordinates in whole pixels."""

    def pixel(t):
        return min(max(round((ZOOM * t + 1) / 2 * 96), 0), 96) * c.size // 96

    return slice(pixel(y0), pixel(y1)), slice(pixel(x0), pixel(x1))


def head_coordinates(p, x, y):
    """Head coordinates u (right), v (down), from frame coordinates: shifted, turned by the roll, scaled."""
    x, y = x - p.px, y - p.py
    return x * p.cos + y * p.sin, y * p.cos - x * p.sin


def head(p, u, v):
    """Normalised outline coordinates q, r of the head; the outline is q^2 + r^2 = 1."""
    r = v / p.h
    g = (r * p.b3 + p.b2).mul_(r).add_(p.b1).mul_(r).add_(1)
    return (u - p.back) / (g * p.w), r


def background(p, c):
    """The picture behind the head (n, 3, size, size): a gradient of two colours with soft boxes and discs."""
    t = (c.cx * p.bx + c.cy * p.by + 0.5).clamp_(0, 1)
    field = p.rgb["back1"] + p.rgb["back2"] * t.unsqueeze(1)
    b = p.blobs
    dx2 = ((c.cx.unsqueeze(1) - b["x"]) * b["rx"]).square_()
    dy2 = ((c.cy.unsqueeze(1) - b["y"]) * b["ry"]).square_()
    shapes = torch.cat([bump(dx2[:, :BOXES]) * bump(dy2[:, :BOXES]),
                        bump(dx2[:, BOXES:] + dy2[:, BOXES:])], 1)
    for k in range(shapes.shape[1]):
        field += b["rgb"][:, k] * shapes[:, k].unsqueeze(1)
    return interpolate(field.clamp_(0.03, 1), size=(c.size, c.size), mode="bilinear")


def face_field(p, c):
    """The colour of the lit skin (n, 3, LATTICE, LATTICE), as if skin covered the frame."""
    u, v = head_coordinates(p, c.lx, c.ly)
    q, r = head(p, u, v)
    uf, vf = u - p.turn, v - p.nod
    side = uf.abs()
    # the head as an ellipsoid, with cheeks, eye sockets and chin
    nx, ny = q * 0.92, r * 0.75
    socket = bump(((side - 0.20) * 5.6).square_() + ((vf + 0.10) * 7.5).square_())
    cheek = bump(((side - 0.24) * 4.2).square_() + ((vf - 0.15) * 4.6).square_())
    chin = bump((uf * 6.0).square_() + ((vf - 0.53) * 8.0).square_())
    ny = (ny + socket * ((vf + 0.10) * -2.2) + chin * ((vf - 0.53) * 2.5)
          + cheek * ((vf - 0.15) * 1.1 * (1 + 0.3 * p.cheeks)))
    nz = (1 - nx.square() - ny.square()).clamp_(min=0.02).sqrt_()
    lit = (nx * p.lx + ny * p.ly + nz * p.lz + 0.15).mul_(1 / 1.15).clamp_(min=0)
    lit = lit * p.key + p.ambient
    lit = lit * (1.04 - 0.28 * socket + 0.06 * cheek)
    fold = bump(((side - 0.13 - (vf - 0.22) * 0.5) * 22).square_() + ((vf - 0.28) * 6).square_())
    bag = bump(((side - 0.19) * 8).square_() + ((vf - 0.035) * 26).square_())
    lit = lit - (0.06 + 0.20 * p.lines) * fold * lit - 0.14 * p.lines * bag * lit
    rows = wave(vf * 14 + uf.square() * 3 + 0.2).clamp_(min=0) * bump(
        (uf * 3.4).square_() + ((vf + 0.36) * 6).square_())
    lit = lit - 0.10 * p.lines * rows * lit
    gloss = bump((uf - p.lx * 0.16).square_() * 16 + ((vf + 0.34 - p.ly * 0.05) * 7).square_())
    gloss = gloss + 0.8 * cheek * (0.5 + p.lx * uf * 3).clamp_(0, 1)
    field = p.rgb["skin"] * lit.unsqueeze(1) + p.rgb["flush"] * (cheek * lit).unsqueeze(1)
    field += (p.rgb["light"] * 0.055) * (gloss * p.key).unsqueeze(1)
    # beard: below a line from the ears to the lip, around the mouth
    low = (vf - 0.36 + (1 - (side * 2.6).square_()).clamp_(min=0) * 0.10 - side * 0.25).mul_(7).clamp_(0, 1)
    bare = bump(((uf) * 5.0).square_() + ((vf - 0.385) * 11).square_()).mul_(1.6).clamp_(max=1)
    fuzz = low * (1 - bare) * p.beard * (0.64 + 0.07 * wave(u * 9 + v * 5 + p.strand))
    field += (p.rgb["fuzz"] * (0.35 + 0.75 * lit).unsqueeze(1) - field) * fuzz.unsqueeze(1)
    return field


def hair_field(p, c):
    """The brightness of the hair (n, LATTICE, LATTICE): lit like an ellipsoid, with a band of gloss."""
    u, v = head_coordinates(p, c.lx, c.ly)
    q, r = u / p.aw, (v + 0.02) / p.ah
    rho = (q.square() + r.square()).sqrt_()
    lit = (0.55 + 0.55 * (q * p.lx + r * p.ly) + 0.35 * p.lz).clamp_(min=0.12) * p.key + p.ambient
    band = bump(((rho - 0.80) * 5.5).square_()) * (q * p.lx + r * p.ly + 0.35).clamp_(0, 1)
    low = ((v - 0.25) * 1.2).clamp_(0, 0.45)
    return lit * (0.80 - low) + band * 0.75


def draw(p, c):
    """All parts from back to front: a uint8 tensor (n, 3, size, size)."""
    full = (c.size, c.size)
    image = background(p, c)
    u, v = head_coordinates(p, c.x, c.y)
    edge = p.edge
    skin = face_field(p, c)
    fields = interpolate(torch.cat([skin, hair_field(p, c).unsqueeze(1)], 1), size=full, mode="bilinear")
    skin, gloss = fields[:, :3], fields[:, 3]
    # hair: outline, strands, colour
    au = u - 1.3 * p.back
    bend = wave(v * 2.6 + p.wave) * p.hair_curl.square() * 1.15
    lean = au - p.part + bend * 0.035
    s = lean / (v + 1.15)
    s = s + wave(s * 2.7 + 0.5 * p.wave) * 0.035
    strands = wave(s * 5.3 + p.strand) * 0.5
    strands += wave(s * 12.1 - 2 * p.strand + bend * 0.3) * 0.35
    strands += wave(s * 27.0 + p.strand + v) * 0.15
    tone = gloss * (strands * (0.50 * p.detail) + 1)
    hair = p.rgb["hair"] * tone.unsqueeze(1)
    rv = (v + 0.02).clamp_(max=0) / p.ah
    rv2 = rv.square_()
    rho = ((au / p.aw).square_().mul_(1 - 0.28 * rv2) + rv2).sqrt_()
    outer = (rho - 1) * p.aw + strands * 0.006 - bend * 0.025
    tip = (v - p.end - strands * 0.06) * 0.6
    d_back = torch.maximum(outer, tip)
    paint(image, soft(d_back, edge * 1.2), hair * 0.62)
    # neck and clothes
    rows, _ = box(c, -1, 1, 0.125, 1)
    un, vn, low = u[:, rows], v[:, rows], image[:, :, rows]
    x, y = c.x - p.px, c.y[:, rows]
    xs = x.square()
    neck = (un - p.back).abs() - p.w * 0.60 - (vn - 0.6).clamp_(min=0).square_() * 1.3
    fall = 0.42 + 1.5 * (vn - 0.62).clamp_(0, 0.3) - 0.35 * p.lx * un
    paint(low, soft(neck, edge), p.rgb["skin"] * (fall * (p.key * 0.9 + p.ambient)).unsqueeze(1))
    shoulder = 0.66 + xs * (0.52 - 0.16 * p.jaw) - y - 0.16 * p.yaw * x - 0.10 * p.pitch + 0.06 * p.jaw
    shoulder = torch.maximum(
        shoulder, (0.20 + 0.22 * p.collar) - x.abs() + (0.80 - y) * (0.55 + 0.3 * p.collar))
    drape = 0.80 + 0.25 * p.lx * x + 0.09 * wave(x * 2.3 + y * 0.8 + p.clothes_hue) + (y - 0.9) * 0.2
    paint(low, soft(shoulder, edge * 1.2), p.rgb["cloth"] * (drape * (p.key + p.ambient)).unsqueeze(1))
    # ears, head
    er, ec = box(c, -0.75, 0.75, -0.375, 0.375)
    for s_ in (-1, 1):
        ue = ((u[:, er, ec] - p.back) * s_ - p.w * (1.0 - 0.03 * p.yaw * s_)) * 15
        ve = (v[:, er, ec] - 0.03) * 7.2
        d = ((ue - ve * 0.12).square_() + ve.square()).sqrt_()
        paint(image[:, :, er, ec], soft(d - 1, edge * 10),
              skin[:, :, er, ec] * (0.95 - 0.25 * bump(d.square())).unsqueeze(1))
    q, r = head(p, u, v)
    rho = (q.square_() + r.square_()).sqrt_()
    d_head = (rho - 1).mul_(p.w)
    mask = soft(d_head, edge)
    paint(image, mask, skin)
    # nose, eyes, mouth
    uf, vf = u - p.turn, v - p.nod
    nose(p, c, image, uf, vf)
    mouth(p, c, image, uf, vf)
    eyes(p, c, image, u, vf)
    # front hair with its shadow
    t2 = (au - p.part).square()
    line = v - p.line - (t2 * p.c4 + p.c2).mul_(t2) - strands * (0.008 + 0.022 * p.fringe)
    lock = p.lock - au.abs() + bend * 0.02 + strands * 0.01
    d_front = torch.maximum(torch.maximum(torch.minimum(line, lock), outer), tip)
    shade(image, (d_front * (-1 / 0.10)).add_(1).clamp_(0, 1).square_().mul_(0.40 * mask))
    paint(image, soft(d_front, edge * 1.1), hair)
    glasses(p, c, image, u, vf)
    image += c.grain[0] * p.grain1.unsqueeze(1)
    image += c.grain[1] * p.grain2.unsqueeze(1)
    return image.clamp_(0, 1).mul_(255 * CONTRAST).add_(255 * BLACK + 0.5).clamp_(0, 255).to(torch.uint8)


def nose(p, c, image, u, v):
    """The nose by its shading alone: lit flanks, ridge, tip, nostrils, wings, and the shadow under it."""
    rows, cols = box(c, -0.375, 0.375, -0.25, 0.4375)
    view = image[:, :, rows, cols]
    v = v[:, rows, cols]
    tip = 0.19 * p.nose_length
    depth = ((v + 0.12) * 3.2).clamp_(0, 1)
    x = u[:, rows, cols] - 0.8 * p.turn * depth
    width = (0.035 + 0.062 * depth.square()) * p.nose_width
    t = (x / width).clamp_(-1.6, 1.6)
    rest = (1 - t.square() / 2.56).clamp_(min=0).square_()
    along = depth * ((tip + 0.05 - v) * 12).clamp_(0, 1)
    slope = t * rest * along
    view *= (1 + slope * (0.70 * p.lx)).unsqueeze(1)
    ball = bump((x * 13 / p.nose_width).square_() + ((v - tip + 0.03) * 13).square_())
    view += (p.rgb["light"] * 0.09) * (ball * p.key).unsqueeze(1)
    ridge = bump((x * 24).square_() + ((v - 0.02) * 6).square_())
    view += (p.rgb["light"] * 0.06) * (ridge * p.key).unsqueeze(1)
    under = bump((x * 8.5 / p.nose_width - p.lx * -0.3).square_() + ((v - tip - 0.065) * 14).square_())
    holes = bump(((x.abs() - 0.040 * p.nose_width) * 28).square_() + ((v - tip - 0.028) * 48).square_())
    wing = bump(((x.abs() - 0.088 * p.nose_width - (v - tip) * 0.5) * 34).square_()
                + ((v - tip - 0.005) * 22).square_())
    shade(view, (0.30 * under * (0.5 + p.light_strength * 0.5) + 0.55 * holes * p.detail
                 + 0.20 * wing).clamp_(max=0.8))


def mouth(p, c, image, u, v):
    """Moustache, lips, the opening with teeth, and the shadow under the lower lip."""
    rows, cols = box(c, -0.5, 0.5, 0.1875, 0.6875)
    view = image[:, :, rows, cols]
    width = 0.155 * p.mouth_width * (1 + 0.14 * p.smile)
    x = u[:, rows, cols] / width
    y = v[:, rows, cols] - 0.375 - 0.06 * (p.face_length - 1)
    x2 = x.square()
    inside = (1 - x2).clamp_(min=-0.6)
    within = inside.clamp(min=0)
    mid = y + (x2 - 0.45) * (0.050 * p.smile)
    gap = inside * (0.050 * p.gap)
    bow = bump(x2 * 14) * 0.010
    up = inside * (0.027 + 0.020 * p.lip_fullness) - bow + gap * 0.4
    down = (within.sqrt() * 0.8 + inside * 0.3) * (0.040 + 0.030 * p.lip_fullness) + gap * 1.5
    edge = p.edge
    # moustache, then shadow under the lower lip, then lips
    fuzz = bump((x * 0.78).square_() + ((y + 0.085 - x2 * 0.045) * 19).square_()) * p.moustache * 0.9
    paint(view, fuzz.clamp_(max=0.85), p.rgb["fuzz"] * 0.9)
    shade(view, bump((x * 1.25).square_() + ((mid - down - 0.045) * 20).square_()) * 0.22)
    lips = torch.maximum(-mid - up, mid - down)
    bright = p.key * (0.75 + 0.25 * p.lz) + p.ambient
    tone = bright * (0.86 + 0.25 * p.lx * x * 0.4) + (mid * 6).clamp_(-0.25, 0.12)
    paint(view, soft(lips, edge * 1.4) * (within * 5).clamp_(max=0.88), p.rgb["lips"] * tone.unsqueeze(1))
    gloss = bump((x * 1.9 - p.lx * 0.4).square_() + ((mid - 0.5 * down - 0.5 * gap) * 42).square_())
    view += (p.rgb["light"] * 0.07) * gloss.unsqueeze(1)
    # the opening, teeth in its upper part
    top, bottom = gap * 0.4, gap * 1.2
    hole = torch.maximum(-mid - top, mid - bottom)
    open_ = soft(hole, edge)
    open_ = open_ * (p.gap * 6).clamp_(max=1) * (within * 6).clamp_(max=1)
    paint(view, open_, p.rgb["lips"] * 0.30)
    teeth = torch.maximum(hole + 0.006, mid - gap * 0.75)
    paint(view, soft(teeth, edge * 1.2) * (p.gap * 3).clamp_(max=1) * within,
          p.rgb["white"] * bright.unsqueeze(1))
    line = bump((mid * 52).square_()) * (1.25 - x2).clamp_(0, 1) * (1 - 0.9 * p.gap)
    corner = bump(((x.abs() - 1.02) * 5).square_() + (mid * 30).square_())
    shade(view, (0.55 * line + 0.35 * corner).clamp_(max=0.8))


def eyes(p, c, image, u, v):
    """Both eyes with their brows, side by side on a second axis, the picture's left one mirrored."""
    rows, cl = box(c, -0.5625, -0.0, -0.4375, 0.1875)
    _, cr = box(c, 0.0, 0.5625, -0.4375, 0.1875)
    for side, cols in ((-1, cl), (1, cr)):
        view = image[:, :, rows, cols]
        y = v[:, rows, cols] + 0.10
        near = 1 - 0.16 * side * p.yaw
        half = 0.104 * p.eye_size * near
        x = (u[:, rows, cols] - p.turn) * side - 0.205 * p.eye_spacing * (1 - 0.06 * side * p.yaw)
        eye(p, view, x, y, half, side)


def eye(p, view, x, y, half, side):
    """One eye and its brow; x (outwards), y from its centre; half: half its width; side: -1 left, 1 right."""
    edge = p.edge
    e = x / half
    y = y + 0.008 * e
    e2 = e.square()
    arch = (1 - e2).clamp_(min=-0.8)
    open_ = p.eye_open * p.eye_size * 0.058
    lid = arch * (open_ - 0.008 * e.clamp(-1, 1))
    low = arch * (open_ * (0.62 - 0.10 * p.smile))
    d = torch.maximum(-y - lid, y - low)
    # crease and the lid's own shade
    crease = bump(((y + lid + 0.026) * 45).square_()) * (1.2 - e2).clamp_(0, 1)
    bag = bump(((y - low - 0.028) * 40).square_()) * (1.1 - e2).clamp_(0, 1)
    shade(view, 0.24 * crease + 0.10 * bag)
    bright = p.key * (0.8 + 0.1 * side * p.lx) + p.ambient
    mask = soft(d, edge)
    ball = bright * (1.0 - 0.22 * e2.clamp(max=1)) - bump(((y + lid) * 26).square_()) * 0.30
    paint(view, mask, p.rgb["white"] * ball.unsqueeze(1))
    ix = x - p.gaze_x * side * 0.026
    iy = y + 0.006 - p.gaze_y * 0.010
    rad = (ix.square() + iy.square()).sqrt_()
    iris = soft(rad - 0.047 * p.eye_size, edge) * mask
    colour = p.rgb["iris"] * (0.7 + 0.55 * bump(((rad - 0.024) * 38).square_()) + iy * 5).clamp_(
        0.3, 1.4
    ).unsqueeze(1)
    paint(view, iris, colour * bright.unsqueeze(1))
    paint(view, soft(rad - 0.020 * p.eye_size, edge) * mask * 0.92, p.rgb["iris"] * 0.08)
    glint = bump(((ix - p.lx * side * 0.016) * 62).square_() + ((iy + 0.014) * 62).square_()) * mask
    view += p.rgb["light"] * (glint * 0.75 * p.detail).unsqueeze(1)
    lash = bump(((y + lid + 0.003) * 78).square_()) * (1.12 - e2).clamp_(0, 1)
    under = bump(((y - low) * 90).square_()) * (1.1 - e2).clamp_(0, 1)
    shade(view, (0.72 * lash + 0.28 * under).clamp_(max=0.85))
    # brow
    b = (x - 0.012) * (1 / 0.135)
    b2 = b.square()
    by = y + 0.118 + 0.022 * p.brow_height - 0.016 * p.eye_open
    by = by + b * (0.012 * p.brow_tilt + 0.012) - b2 * 0.026 - 0.004
    thick = 0.016 + 0.017 * p.brow_thickness
    taper = (1 - b2.square()).clamp_(min=0) * (1.0 - 0.35 * b)
    brow = bump((by / (thick * (taper + 0.25)) * 0.72).square_()) * taper.clamp_(max=1)
    brow = brow * (0.55 + 0.4 * p.brow_thickness) * (0.93 + 0.07 * wave(x * 16 + y * 9))
    paint(view, brow.clamp_(max=0.9), p.rgb["hair"] * (0.55 * bright + 0.08).unsqueeze(1))


def glasses(p, c, image, u, v):
    """Thin frames: rounded rims, bridge and arms, with slightly darker lenses."""
    rows, cols = box(c, -0.6875, 0.6875, -0.375, 0.25)
    view = image[:, :, rows, cols]
    x, y = u[:, rows, cols] - 1.08 * p.turn, v[:, rows, cols] + 0.085
    side = x.abs()
    dx = (side - 0.205) * 0.92
    r = (dx.square().square_() + (y * 1.28).square_().square_()).sqrt_().sqrt_()
    rim = soft((r - 0.150).abs_() - 0.006, p.edge)
    bridge = soft((y + 0.035 - side.square() * 0.9).abs_() - 0.007, p.edge) * soft(side - 0.055, p.edge)
    arm = soft((y + 0.045).abs_() - 0.008, p.edge) * soft(0.37 - side, p.edge) * soft(side - p.w, p.edge)
    mask = torch.maximum(torch.maximum(rim, bridge), arm) * p.glasses
    shade(view, soft(r - 0.150, p.edge) * (0.06 * p.glasses))
    paint(view, mask, p.rgb["hair"] * 0.25 + 0.03)
