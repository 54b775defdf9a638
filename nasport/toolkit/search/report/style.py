"""The look of the page: one column, light or dark as the reader's system is, drawings always on light ground."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;--ground:#fff;--card:#f7f9fb;--ink:#1f2933;--muted:#5b6773;--line:#dfe4e9;
--blue:#0072b2;--pale:#7fb3d5;--orange:#d55e00;--green:#007d5c;--violet:#8a5aa8;--grey:#98a2ad;--warn:#fdf3dc}
@media (prefers-color-scheme:dark){:root{--ground:#14181d;--card:#1d2329;--ink:#e6eaee;--muted:#a3aeb9;--line:#38414a;
--blue:#56b4e9;--pale:#3f7da8;--orange:#f08a3c;--green:#3cc79a;--violet:#c39bdd;--grey:#77828d;--warn:#3a3018}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:32px 24px 64px;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.8rem;line-height:1.25;margin:0 0 4px}
h2{font-size:1.25rem;margin:44px 0 12px;padding-bottom:6px;border-bottom:1px solid var(--line)}
p{margin:8px 0}
.lead,.empty,figcaption,.small{color:var(--muted)}
.small,figcaption{font-size:.875rem}
.facts{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0;padding:0}
.facts div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:8px 16px;min-width:110px}
.facts dt{color:var(--muted);font-size:.8rem}
.facts dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
code,pre{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--card);border:1px solid var(--line);border-radius:5px;padding:1px 5px;
user-select:all;-webkit-user-select:all}
pre{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px;margin:8px 0;
white-space:pre-wrap}
pre code{background:none;border:0;padding:0}
.drawing,.thumb{background:#fff;border:1px solid var(--line);border-radius:10px;overflow:auto;text-align:center}
.drawing{padding:4px;margin:14px 0}
.drawing svg,.thumb svg{max-width:100%;height:auto;display:block;margin:0 auto}
.drawing svg{max-height:1100px}
.thumb{width:170px;padding:4px}
.thumb svg{max-height:190px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:8px 12px 8px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);font-size:.85rem;font-weight:500;white-space:nowrap}
tbody th{font-weight:500}
.pairs th{color:var(--muted);width:13rem;padding-right:24px}
.number{white-space:nowrap}
.rank{font-weight:600}
.place{color:var(--muted);font-size:.8rem;display:block}
.architecture{min-width:13rem;max-width:24rem}
.notation{display:block;margin-top:4px;max-height:6.2rem;overflow:auto}
ul{padding-left:22px}
.notes{background:var(--warn);border:1px solid var(--line);border-radius:10px;padding:10px 14px 10px 34px;margin:16px 0}
details{margin:10px 0}
summary{cursor:pointer}
figure{margin:10px 0}
figcaption{margin-top:2px}
.legend{margin-right:20px;white-space:nowrap}
.key{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:6px;background:currentColor}
.key.best,.key.front{height:3px;width:18px;border-radius:0;vertical-align:4px}
.key.broken,.key.other{border-radius:0}
.chart{display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Arial,sans-serif}
.chart .grid{stroke:var(--line);stroke-width:1;fill:none}
.chart .tick{fill:var(--muted)}
.chart .axis{fill:var(--muted);font-size:13px}
.chart .name{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--ground);stroke-width:4px;
stroke-linejoin:round}
.chart .line{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linejoin:round}
.chart .dots{fill:none;stroke:currentColor;stroke-width:4;stroke-linecap:round}
.chart .dots.square{stroke-linecap:square}
.chart .front-dots{stroke-width:6}
.chart .mark{fill:currentColor;stroke:var(--ground);stroke-width:1.6}
.pale{color:var(--pale)}
.best{color:var(--blue)}
.broken{color:var(--grey)}
.other{color:var(--violet)}
.front,.front-dots{color:var(--green)}
.winner{color:var(--orange)}
@media print{:root{color-scheme:light;--ground:#fff;--card:#fff;--ink:#000;--muted:#444;--line:#ccc;--warn:#fff}
body{max-width:none;padding:0;font-size:11pt}h2{break-after:avoid}figure,tr,.drawing{break-inside:avoid}
.drawing svg{max-height:520px}.scroll,.notation{overflow:visible;max-height:none}}
"""
