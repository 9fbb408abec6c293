"""Measured figures as Markdown. Every figure comes from the results; none is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Figures = Mapping[str, Any]
SCALES = (10**6, 10**9)
CLUSTER = 100
TRAINING_EPOCHS = 5  # multitag's default
MAKERS = ("Intel", "AMD", "ARM", "Apple")
# What a processor has of this, the best first, decides how fast networks are.
ARITHMETIC = {
    "amx_bf16": "AMX", "avx512_bf16": "AVX-512 bf16", "avx512_vnni": "AVX-512 VNNI", "avx512f": "AVX-512",
    "avx2": "AVX2", "bf16": "bf16", "asimd": "NEON",
}  # fmt: skip
GRAPHS = ("multitag_onnx", "multitag_openvino")  # how the keys begin of what predicts with a graph


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table, the first column to the left."""
    lines = [titles, [":--", *["--:"] * (len(titles) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float) -> str:
    """Write three significant digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def between(figures: Mapping[str, float], unit: str = "") -> str:
    """Write a median with its range."""
    return f"{number(figures['median'])}{unit} ({number(figures['min'])} to {number(figures['max'])})"


def megabytes(value: float) -> str:
    """Write bytes as MB."""
    return f"{value / 1e6:,.0f} MB"


def duration(seconds: float) -> str:
    """Write a time in the unit that fits it."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds)} seconds"


def machines(runs: Sequence[Figures]) -> str:
    """Describe what was measured on, and when, the newest first."""
    return "\n".join(f"* **{processor(results)}**: {_machine(results)}" for results in runs)


def _machine(results: Figures) -> str:
    about = results["machine"]
    versions = ", ".join(f"{name} {number_}" for name, number_ in about["versions"].items())
    threads = "".join(f"; {name}={value}" for name, value in about["threads_set"].items())
    return (
        f"{about['processor']}, {about['cores']} cores ({', '.join(about['instructions'])}), {about['memory_gb']:g} GB "
        f"of memory, {about['system']}, Python {about['python']}{threads}. {versions}. Load before the run: "
        f"{about['load_before'][0]:g}. Measured {results['created'][:10]} in {duration(results['seconds'])}."
    )


def processor(results: Figures) -> str:
    """Name what matters of a processor: its maker and family, and the best arithmetic that it has for networks."""
    about = results["machine"]
    maker = next((name for name in MAKERS if name.lower() in about["processor"].lower()), about["processor"])
    best = next((title for name, title in ARITHMETIC.items() if name in about["instructions"]), "no vectors of its own")
    family = f" family {about['family']}" if about.get("family") else ""  # same instructions, other widths
    return f"{maker}{family}, {best}"


def headline(runs: Sequence[Figures]) -> str:
    """Lay out the ratios, a column a processor, the newest run first."""
    rows: dict[tuple[str, ...], dict[int, str]] = {}
    for column, results in enumerate(runs):
        for what in ("predicting", "training"):
            for name, compared in results[what].items():
                for each, other, ratio in _ratios(compared):
                    rows.setdefault((what, name, each, other), {})[column] = f"{number(ratio['median'])} times"
    titles = ["multitag beside others", *map(processor, runs)]
    return table(titles, [
        [f"{what}, {name}: {each} beside {other}", *(cells.get(column, "") for column in range(len(runs)))]
        for (what, name, each, other), cells in rows.items()
    ])  # fmt: skip


def _ratios(compared: Figures) -> Iterable[tuple[str, str, Figures]]:
    """Return the ratios of each contender of ours to each that it is compared with."""
    contenders = compared["contenders"]
    for key, each in contenders.items():
        if key.startswith("multitag"):
            for other, ratio in each["ratios"].items():
                yield each["title"], contenders[other]["title"], ratio


def comparison(compared: Figures, extra: str) -> str:
    """Lay out one comparison; ``extra`` names its last column, ``difference`` or ``padding``."""
    others = list(next(iter(compared["contenders"].values()))["ratios"])
    titles = [
        "", *(f"times {compared['contenders'][other]['title']} (range)" for other in others), "Rows a second (range)",
        "GFLOP/s", "Share of limit", "Peak memory", {"difference": "Largest difference", "padding": "Padding"}[extra],
    ]  # fmt: skip
    rows = []
    for each in compared["contenders"].values():
        share = f"{each['share_of_limit']:.0%} of {each['arithmetic']}" if "share_of_limit" in each else ""
        last = "" if extra not in each else f"{each[extra]:.0%}" if extra == "padding" else f"{each[extra]:.1g}"
        rows.append([
            each["title"], *(between(each["ratios"][other]) for other in others), between(each["rows_a_second"]),
            number(each["gflops"]["median"]) if "gflops" in each else "", share, megabytes(each["peak_bytes"]), last,
        ])  # fmt: skip
    return table(titles, rows)


def predicting(results: Figures) -> str:
    """Lay out predictions, a table a model, with what the gate said of the graphs."""
    parts = []
    for each in results["predicting"].values():
        rows = f"{each['rows']} descriptions of {number(each['tokens_a_row'])} tokens, {each['n_labels']} labels"
        part = [f"### {each['title']}", f"{rows}, {each['rounds']} rounds.", comparison(each, "difference")]
        part += [_parity(each["parity"])]
        if each["whole_file"]:
            told = [
                f"{each['contenders'][name]['title']} {between(whole['rows_a_second'])}"
                for name, whole in each["whole_file"].items()
            ]
            n_rows = next(iter(each["whole_file"].values()))["rows"]
            part.append(f"All {n_rows:,} rows, rows a second, by those that are fast enough: {'; '.join(told)}.")
        parts.append("\n\n".join(part))
    return "\n\n".join(parts)


def _parity(parity: Figures) -> str:
    if not parity:
        return "No graph could be exported."
    told = []
    for name, each in parity.items():
        in_place = "passed the gate" if name == "openvino" else "in the bundle"
        place = in_place if each["passed"] else "left out by the gate, and so not measured"
        kept = f", its first {each['fp32_layers']} blocks in fp32" if each.get("fp32_layers") else ""
        told.append(
            f"{name} ({place}{kept}): probabilities differ by at most {each['max_difference']:.1g}, "
            f"{each['flipped']:.2%} of the decisions do"
        )
    return f"The graphs beside the trained model, on {next(iter(parity.values()))['n_rows']} rows: {'; '.join(told)}."


def training(results: Figures) -> str:
    """Lay out training, a table a model."""
    return "\n\n".join(
        f"### {each['title']}\n\nAn epoch of {each['rows']} IMDB descriptions with {each['n_labels']} labels a round, "
        f"{each['rounds']} rounds; the plain recipe does a few steps of 8 rows.\n\n{comparison(each, 'padding')}"
        for each in results["training"].values()
    )


def limits(results: Figures) -> str:
    """Lay out the best rate of each arithmetic."""
    rows = [
        [f"{what}, {name}", kind, f"{number(gemm['gflops'])}", gemm["library"], " x ".join(map(str, gemm["shape"]))]
        for what in ("predicting", "training")
        for name, each in results[what].items()
        for kind, gemm in each["limit"].items()
    ]
    skipped = [f"{name} {each['contenders']['multitag']['skipped']:.0%}" for name, each in results["training"].items()]
    return (
        table(["Beside", "Arithmetic", "Best GFLOP/s", "By", "Rows x inner x columns"], rows)
        + f"\n\nOf the stock class's arithmetic need not be done and is not counted: {', '.join(skipped)}."
    )


def cold(results: Figures) -> str:
    """Lay out new processes."""
    rows = [
        [f"`{each['command']}`", each["environment"], between(each["seconds"], " s"), megabytes(each["peak_bytes"])]
        for each in results["cold"]
    ]
    return table(["Command", "Environment", "Wall (range)", "Peak memory"], rows)


def together(results: Figures) -> str:
    """Lay out several processes at once."""
    one: dict[str, float] = {}
    rows = []
    for each in results["together"]["measured"]:
        median = each["rows_a_second"]["median"]
        rows.append([
            each["backend"], str(each["processes"]), str(each["threads"] or "as multitag chooses"),
            between(each["rows_a_second"]), number(median / one.setdefault(each["backend"], median)),
        ])  # fmt: skip
    titles = ["Backend", "Processes", "Threads each", "Rows a second in all (range)", "Times one process"]
    return f"{results['together']['rows']} rows.\n\n{table(titles, rows)}"


def profiles(results: Figures) -> str:
    """Lay out where the time goes."""
    parts = []
    for what, title in (("training", "A training step"), ("predicting", "A prediction, one thread")):
        for name, profile in results["profiles"][what].items():
            rows = [[part, f"{share:.1%}"] for part, share in profile.items()]
            parts.append(f"**{title}, {name}**\n\n{table(['Part', 'Share of the time'], rows)}")
    return "\n\n".join(parts)


def growth(results: Figures) -> str:
    """Say how cost grows between the ends of each line of the plot."""
    if not results["growth"]:
        return "Not measured in a quick run."
    lines: dict[tuple[str, str, str], list[Figures]] = {}
    for point in results["growth"]:
        lines.setdefault((point["what"], point["by"], point["series"]), []).append(point)
    rows = []
    for (what, by, series), points in lines.items():
        first, last = points[0], points[-1]
        rows.append([
            f"{what}, {series}", by, *(number(point["value"]) for point in (first, last)),
            *(number(point["milliseconds_a_row"]["median"]) for point in (first, last)),
        ])  # fmt: skip
    titles = ["", "Grows", "From", "To", "Milliseconds a row, from", "to"]
    return f"![Milliseconds a row against rows, tokens and labels](growth.svg)\n\n{table(titles, rows)}"


def extrapolation(results: Figures) -> str:
    """Calculate what large numbers of rows would take."""
    rows = []
    for name, each in results["predicting"].items():
        for key, contender in each["contenders"].items():
            if key.startswith(GRAPHS):
                rows.append([f"predicting, {name}, {key.removeprefix('multitag_')}", *_times(contender, 1)])
    for name, each in results["training"].items():
        contender = each["contenders"]["multitag"]
        rows.append([f"training, {name}, {TRAINING_EPOCHS} epochs", *_times(contender, TRAINING_EPOCHS)])
    titles = ["Calculated, not measured", *(f"{scale:,} rows, this machine" for scale in SCALES)]
    titles += [f"{scale:,} rows, {CLUSTER} such machines" for scale in SCALES]
    return table(titles, rows)


def _times(contender: Figures, passes: int) -> list[str]:
    rate = contender["rows_a_second"]["median"]
    return [duration(passes * scale / rate / machines) for machines in (1, CLUSTER) for scale in SCALES]
