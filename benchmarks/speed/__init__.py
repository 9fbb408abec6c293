"""Speed of training and predicting, beside what people would use instead: ``python -m benchmarks.speed``.

``plan`` says what is measured and for how long, ``prepare`` makes the models and rows; each contender (``training``,
``predicting``, ``limit``) lives in a process of its own (``worker``) and is told to do one round while all others
wait (``rounds``). ``cold``, ``together``, ``growth`` and ``profiles`` measure the rest, ``report`` writes the docs.
"""
