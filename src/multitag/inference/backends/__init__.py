"""What computes logits: ONNX Runtime, OpenVINO or torch."""
