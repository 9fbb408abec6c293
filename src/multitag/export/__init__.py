"""A model to graphs: tracing, DistilBERT, quantisation, and the gate a graph must pass."""
