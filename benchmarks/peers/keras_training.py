"""Peer of training.py, run by the Python of the benchmarks: the same network, batch and Adam in Keras."""
import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
import tensorflow as tf
from keras import layers

config, batch, steps = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
edge, channels = config["size"] // 2 ** len(config["encoder_filters"]), config["encoder_filters"][-1]
h = x = keras.Input((config["size"], config["size"], config["channels"]))
for filters, k in zip(config["encoder_filters"], config["encoder_kernels"], strict=True):
    h = layers.LeakyReLU()(layers.Conv2D(filters, k, strides=2, padding="same")(h))
h = layers.Dense(channels * edge * edge)(layers.Dense(config["latent_dim"])(layers.Flatten()(h)))
h = layers.Reshape((edge, edge, channels))(h)
for filters, k in zip(config["decoder_filters"][:-1], config["decoder_kernels"][:-1], strict=True):
    h = layers.LeakyReLU()(layers.Conv2DTranspose(filters, k, strides=2, padding="same")(h))
h = layers.Conv2DTranspose(config["channels"], config["decoder_kernels"][-1], strides=2, padding="same",
                           activation="sigmoid")(h)
model = keras.Model(x, h)
model.compile(optimizer=keras.optimizers.Adam(5e-4), loss="mse")     # compiled into a graph, as fit would be
images = np.random.default_rng(0).random((batch * steps, config["size"], config["size"], config["channels"]),
                                         np.float32)
data = tf.data.Dataset.from_tensor_slices((images, images)).batch(batch).prefetch(2)
model.fit(data, epochs=1, verbose=0)                                 # traces and warms up
print(f"Keras {keras.__version__} on TensorFlow {tf.__version__}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    model.fit(data, epochs=1, verbose=0)
    print(time.perf_counter() - start, flush=True)
