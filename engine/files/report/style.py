"""The style sheet of a report: light and dark on a screen, light on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --panel: #f6f7f9; --line: #d9dde3; --grid: #e6e9ee;
  --text: #1c2129; --muted: #5d6673; --accent: #2f61cf; --test: #5d6673; --warn: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #1b1f26; --panel: #22272f; --line: #3a424e;
  --grid: #2d343f; --text: #e7eaef; --muted: #a3adbb; --accent: #7fa8ff; --test: #a3adbb; --warn: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 24px 48px; max-width: 820px; color: var(--text);
  background: var(--ground);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 32px 0 10px; padding-top: 12px; border-top: 1px solid var(--line); }
p { margin: 8px 0; } small, .quiet { color: var(--muted); } .warn { color: var(--warn); font-weight: 600; }
a { color: var(--accent); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px 20px;
  margin: 18px 0; }
dl div { margin: 0; } dt { color: var(--muted); font-size: 12.5px; }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 12px 0 18px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption { text-align: left; color: var(--muted); font-size: 13px; padding: 0 0 6px; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
.settings { table-layout: fixed; }
.settings th:nth-child(1) { width: 26%; } .settings th:nth-child(2) { width: 20%; }
.sub { display: block; padding-left: 14px; }
thead th { font-weight: 600; color: var(--muted); } tbody th { font-weight: 500; }
.number { text-align: right; padding-right: 16px; font-variant-numeric: tabular-nums; white-space: nowrap; }
.confusion { width: auto; min-width: 50%; }
figure { margin: 12px 0; text-align: center; }
figcaption { color: var(--muted); font-size: 13px; text-align: left; }
svg { max-width: 100%; height: auto; } svg text { font-family: inherit; fill: var(--text); }
svg .tick { font-size: 12px; fill: var(--muted); } svg .axis { font-size: 13px; }
svg .head { font-size: 13px; font-weight: 600; }
svg .plot { fill: #e9ecf0; } svg .plot ~ .grid { stroke: #cfd5dd; } svg .plot ~ .curve { stroke: #2f61cf; }
svg .grid { stroke: var(--grid); } svg .frame { fill: none; stroke: var(--line); }
svg .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
svg .train { stroke: var(--accent); } svg .test { stroke: var(--test); stroke-dasharray: 5 3; }
svg .dot { stroke-width: 6; stroke-linecap: round; stroke-dasharray: none; }
details { margin: 12px 0; } summary { cursor: pointer; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 12px;
  font: 12px/1.45 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace;
  overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
@page { size: A4; margin: 16mm 15mm; }
@media print { :root { color-scheme: light; --ground: #fff; --panel: #f6f7f9; --line: #c8cdd5;
    --grid: #e0e3e8; --text: #000; --muted: #444b55; --accent: #1f4fb5; --test: #444b55; --warn: #8c1d18; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } table { font-size: 9.5pt; }
  h2 { break-after: avoid; } figure, tr, dl, .short { break-inside: avoid; } .wide { overflow: visible; }
  .screen { display: none; } }
""".strip()
