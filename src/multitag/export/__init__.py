"""A model to graphs: tracing, DistilBERT, quantisation, and the gate they must pass."""
