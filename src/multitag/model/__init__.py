"""Pretrained weights in, a model ready to train out."""
