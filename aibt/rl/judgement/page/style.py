"""The style of a report's page: light and dark, narrow and wide."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--ground:#fff;--panel:#f3f5f7;
--line:#d0d7de;--good:#116329;--bad:#a40e26;--c0:#0b62c4;--c1:#b35900;--c2:#6f42c1;--c3:#00795c;
--c4:#b6206b;--c5:#5a6b00;--c6:#007a99;--c7:#8a3b12}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4ae;--ground:#0d1117;
--panel:#161b22;--line:#30363d;--good:#56d364;--bad:#ff7b72;--c0:#6cb6ff;--c1:#f69d50;--c2:#c297ff;
--c3:#57d6b2;--c4:#ff80bf;--c5:#c4d455;--c6:#5fd4f4;--c7:#f0a37f}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}
header p:first-child,small,caption,dt,summary{color:var(--soft)}
header p:first-child{margin:0}h1{margin:.1em 0 .5em;font-size:1.8rem}
h2{margin:2rem 0 .5rem;font-size:1.3rem;border-bottom:1px solid var(--line)}
h3{margin:1.5rem 0 .25rem;font-size:1.05rem}
.verdict{margin:.5rem 0 1rem;padding:.75rem 1rem;background:var(--panel);border-radius:.4rem;
border-left:.4rem solid var(--bad);font-size:1.1rem}
.verdict small{display:block;font-size:.85rem}.verdict.better{border-color:var(--good)}
.verdict strong{color:var(--bad)}.verdict.better strong{color:var(--good)}
.facts,.terms{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0 0 1rem}
dd{margin:0}
@media(max-width:36rem){.facts,.terms{grid-template-columns:1fr}dd{margin:0 0 .5rem}}
.wide{overflow-x:auto;margin:.5rem 0 1rem}
.wide:focus-visible,summary:focus-visible{outline:2px solid var(--c0);outline-offset:2px}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{caption-side:top;text-align:left;padding:.2rem 0;position:sticky;left:0;
max-width:calc(100vw - 2rem)}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child{text-align:left;position:sticky;left:0;background:var(--ground)}
.words td{text-align:left}.learned th,.learned td{font-weight:600}
.bound th,.bound td{color:var(--soft);font-style:italic}
.checks{list-style:none;padding:0}.checks li{margin:.2rem 0}
.passed b{color:var(--good)}.missed b{color:var(--bad)}
svg{display:block;width:100%;min-width:34rem;height:auto}
svg text{fill:var(--soft);font-size:12px}
polyline{fill:none;stroke-width:2;stroke-linejoin:round}
line{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft)}
.mark{stroke-dasharray:2 4}.reach{stroke:var(--c0);stroke-width:3}.at{fill:var(--c0)}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}
.c4{stroke:var(--c4)}.c5{stroke:var(--c5)}.c6{stroke:var(--c6)}.c7{stroke:var(--c7)}
.thin{stroke-width:1;opacity:.55}.base{stroke:var(--soft);stroke-width:1.5}
.b0{stroke-dasharray:7 3}.b1{stroke-dasharray:2 3}.b2{stroke-dasharray:8 3 2 3}
.b3{stroke-dasharray:1 2}
rect.train{fill:var(--c0);opacity:.55}rect.validation{fill:var(--c1);opacity:.8}
rect.test{fill:var(--c3)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:0 0 1rem;
font-size:.88rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.key{width:28px;min-width:28px;height:8px}.key line{stroke-width:2}
@media print{.wide{overflow:visible}svg{min-width:0}}
"""
