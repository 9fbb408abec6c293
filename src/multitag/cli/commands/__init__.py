"""The commands, one thin module each: parse, call one job, print."""

# In the order of the help, which need not import them for it: the docstring of each function says the same.
COMMANDS = {
    "train": "Train a classifier on a table of texts and labels.",
    "predict": "Predict the labels of a text, or of every row of a file.",
    "evaluate":
    "Measure a bundle on labelled rows that it has not seen; columns are by default those it was trained on.",
    "compare": "Compare two runs on the same held-out rows: metrics, differences and their 95% intervals.",
    "tune": "Tune a bundle's thresholds again, for another objective or on other rows; the model stays as it is.",
    "search":
    "Search settings of fine-tuning: each is tried on inner folds, the best is compared on rows that no trial saw.\n\n"
    "Settings that are given are held. --folds are the inner ones, 3 if omitted, and --test-size what no trial sees.",
    "audit":
    "List labels of a run's held-out rows that are likely wrong or missing, and duplicated texts.\n\n"
    "Every row is checked where the run was trained with --folds; otherwise the validation and test rows.",
    "inspect":
    "Show what is in a table, and what is wrong or odd with it: rows, columns, labels, duplicates, text lengths.",
    "start": "Make a bundle of labels' names and descriptions alone; as rows come, train takes it with --start.",
    "export":
    "Export the model of a bundle to ONNX again, fp32 and int8; only graphs that pass the parity check are kept.\n\n"
    "With --browser, write the bundle as a folder of static files instead, which predicts in the browser.",
    "serve": "Serve a bundle over HTTP, with a page to try it; docs/serving.md shows how to run it for others.",
    "score": "Score Parquet, CSV or JSONL of any size with Ray, into Parquet; give the same command again to go on.",
    "pack": "Pack a bundle into one zip; equal bundles give byte-for-byte equal zips.",
    "push": "Upload a bundle to the Hugging Face hub; commands that read a bundle take hf://user/name for it.",
    "verify": "Check every file of a bundle against its manifest.",
}
