"""What computes logits: ONNX Runtime or torch."""
