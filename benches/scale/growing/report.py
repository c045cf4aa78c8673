"""The measurements as Markdown, sizes side by side with what ten times as much history makes of it."""

from harness.report import table

LARGEST = 24


def head_of(sizes, first):
    names = [f"{size['events'] / 1e6:.1f} million" for size in sizes]
    return [first, *names, *(f"{b} / {a}" for a, b in zip(names, names[1:]))]


def with_ratios(values, form):
    """Values, and each as a multiple of the one before."""
    ratios = [f"{b / a:.2f}" if a else "-" for a, b in zip(values, values[1:])]
    return [*(form.format(value) for value in values), *ratios]


def alone(sizes, key, form):
    """Values without ratios."""
    return [*(form.format(one[key]) for one in sizes), *([""] * (len(sizes) - 1))]


def of_disk(sizes):
    """What was stored, and what it takes."""
    return "\n\n".join([history(sizes), disk(sizes), columns(sizes)])


def of_questions(sizes):
    """What was asked."""
    seconds = time_of_pages(sizes, "pages", "last 30 days (goal: 1.3)")
    busy = time_of_pages(sizes, "busy", "processor time for it")
    return "\n\n".join([seconds, busy, work(sizes), memory(sizes)])


def history(sizes):
    rows = [
        ["people", *with_ratios([one["people"] for one in sizes], "{:,}")],
        ["conversations", *with_ratios([one["conversations"] for one in sizes], "{:,}")],
        ["months of thirty days", *with_ratios([one["months"] for one in sizes], "{}")],
        ["of them by the real way", *alone(sizes, "real", "{}")],
    ]
    return table(head_of(sizes, "events stored"), rows)


def disk(sizes):
    def bytes_of(size, name):
        return size["tables"].get(name, {"bytes": 0})["bytes"] / size["events"]
    names = {name for size in sizes for name in size["tables"] if bytes_of(size, name) >= 0.05}
    names = sorted(names, key=lambda name: -bytes_of(sizes[-1], name))
    rows = [
        ["in all", *with_ratios([one["bytes"] / one["events"] for one in sizes], "{:.1f}")],
        ["without `raw` (goal: 40)", *with_ratios(
            [(one["bytes"] - one["raw"]) / one["events"] for one in sizes], "{:.1f}")],
    ]
    rows += [[f"`{name}`", *with_ratios([bytes_of(one, name) for one in sizes], "{:.1f}")]
             for name in names]
    marks = [sum(each["rest"] for each in one["tables"].values()) / one["events"] for one in sizes]
    rows.append(["marks and primary keys in these", *with_ratios(marks, "{:.1f}")])
    return table(head_of(sizes, "bytes an event on disk"), rows)


def columns(sizes):
    last = sizes[-1]["columns"]
    names = sorted(last, key=lambda name: -last[name])[:LARGEST]
    rows = [
        [f"`{name}` of `{of}`", *(an_event(one, (of, name)) for one in sizes)]
        for of, name in names
    ]
    return table(head_of(sizes, "compressed bytes an event")[:len(sizes) + 1], rows)


def an_event(size, column):
    found = size["columns"].get(column)
    return f"{found / size['events']:.2f}" if found else "-"


def time_of_pages(sizes, key, head):
    rows = [[name, *with_ratios([one[key][name] for one in sizes], "{:.3f} s")]
            for name in sizes[0][key]]
    return table(head_of(sizes, head), rows)


def work(sizes):
    rows = [
        ["a month of webhooks imported, events/s", *with_ratios(
            [one["imported"] / one["seconds"] for one in sizes], "{:,.0f}")],
        ["1,000 new events until their conversations are made, ms", *with_ratios(
            [one["new"]["whole"] for one in sizes], "{:.0f}")],
        ["of it until the last 200, ms", *with_ratios(
            [one["new"]["posting"] for one in sizes], "{:.0f}")],
        ["processor time of server and engine for it, ms", *with_ratios(
            [one["new"]["busy"] for one in sizes], "{:.0f}")],
        ["`serve` until it listens, s", *with_ratios(
            [one["starting"] for one in sizes], "{:.1f}")],
    ]
    return table(head_of(sizes, "work"), rows)


def memory(sizes):
    rows = []
    for who in ("server", "engine"):
        for key, name in (("VmHWM", "at its most"), ("VmRSS", "after the pages")):
            rows.append([f"{who} {name}, MB", *with_ratios(
                [one["memory"][who][key] for one in sizes], "{:.0f}")])
    return table(head_of(sizes, "memory while pages are made"), rows)
