"""The leaderboard: multitag, its variants and other tools on several tables, by a protocol that does not flatter.

Every contender gets the same five stratified folds, in three draws, and the same nested calibration and thresholds.
``python -m benchmarks.leaderboard`` goes on where it was stopped; docs/leaderboard.md shows what came out.
"""
