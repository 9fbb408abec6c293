"""Bundles among other people's tools: scikit-learn, the Hugging Face hub, MLflow."""
