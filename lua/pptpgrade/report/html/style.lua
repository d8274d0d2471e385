-- SPDX-License-Identifier: BSD-2-Clause
--- The page's style. Contrast is 4.5:1 or more for text on every ground that it
-- stands on, light and dark; a letter or a mark says what a colour says. `hash`
-- is for the page's policy: html_spec computes it, and says what it has to be.
return {
  hash = "sha256-lUqX4OxYLT09B3c6XQf+PROhOojU+gCOSuBLDkZHXGw=",
  text = [=[
:root{color-scheme:light dark;
--ground:#fbfaf8;--sheet:#fff;--ink:#1c1f23;--soft:#565d66;--line:#dedad3;
--strong:#b9b4ab;--link:#0b5394;--band:#f3f1ec;--on:#fff;
--A:#1c7a48;--B:#0c7380;--C:#826000;--D:#a34a08;--E:#bf3018;--F:#8c1036;
--Q:#5b636d;--bar:#3c5a78;--quiet:#8a919a}
@media (prefers-color-scheme:dark){:root{
--ground:#14171a;--sheet:#1b1f23;--ink:#e8e6e1;--soft:#a9b0b8;--line:#33393f;
--strong:#565e66;--link:#8ec1f5;--band:#22272c;--on:#101214;
--A:#62cf93;--B:#5bc8d4;--C:#e0b94a;--D:#f0994f;--E:#ff8268;--F:#ff7ea0;
--Q:#aab2bb;--bar:#86acd2;--quiet:#7d868f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 "Inter","Helvetica Neue",Arial,"Liberation Sans",sans-serif}
main,header,footer{max-width:84rem;margin:0 auto;padding:0 2rem}
a{color:var(--link)}
h1,h2,h3,p,ul,ol,dl,dd,figure,pre{margin:0;padding:0}
ul,ol{list-style:none}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%);white-space:nowrap}
.n,td,th,time{font-variant-numeric:tabular-nums}
header{padding-top:1.3rem}
.over{font-size:.8rem;letter-spacing:.09em;text-transform:uppercase;
color:var(--soft)}
h1{font-size:2.1rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;
max-width:36em;margin:.3rem 0 .5rem;text-wrap:balance}
.lead{font-size:1.08rem;max-width:48em;overflow-wrap:anywhere}
.lead+.lead{margin-top:.2rem}
.facts{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;margin:.9rem 0 0;
padding:.5rem 0;font-size:.84rem;border-top:1px solid var(--line);
border-bottom:1px solid var(--line)}
.facts div{display:flex;gap:.4rem}
.facts dt{color:var(--soft)}
.facts dd{overflow-wrap:anywhere}
.figures{display:grid;gap:1.4rem 2.2rem;margin:1rem 0 1.1rem;
grid-template-columns:1fr 1.55fr 1.25fr 1.15fr}
.figures h2{font-size:.95rem;font-weight:650;margin-bottom:.35rem}
.figures li{display:grid;gap:.6rem;
grid-template-columns:var(--name) minmax(2rem,1fr) 2.6rem;
align-items:center;min-height:1.72rem;font-size:.93rem}
.figures{--name:8.4rem}
.figures .letters,.figures .logins{--name:5.8rem}
.figures .letters{--name:1.8rem}
.figures .letters li,.figures .logins li{
grid-template-columns:var(--name) minmax(2rem,1fr) 4.4rem}
.figures .findings{--name:14.5rem}
.figures li>:first-child{overflow:hidden;text-overflow:ellipsis;
white-space:nowrap}
.figures a{text-decoration:none}
.figures a:hover{text-decoration:underline}
.figures .n{text-align:right;white-space:nowrap}
.figures small{color:var(--soft);font-size:.85em}
.bar{display:block;width:100%;height:.85rem;overflow:visible}
.bar .base{fill:var(--band)}
.bar .full{fill:var(--bar)}
.bar .part{fill:url(#hatch)}
.bar .edge{fill:none;stroke:var(--bar);stroke-width:1}
.defs{position:absolute;width:0;height:0}
.hatch{stroke:var(--bar);stroke-width:2.4}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin-top:.6rem;
font-size:.82rem;color:var(--soft)}
.key svg{display:inline-block;width:1.1rem;height:.7rem;
vertical-align:baseline;margin-right:.3rem}
.letter{display:inline-block;min-width:1.75rem;padding:0 .35rem;
border-radius:4px;text-align:center;font-weight:700;line-height:1.5;
color:var(--on);text-decoration:none;border:1px solid transparent;
white-space:nowrap}
.lA{background:var(--A)}.lB{background:var(--B)}.lC{background:var(--C)}
.lD{background:var(--D)}.lE{background:var(--E)}.lF{background:var(--F)}
.lQ{background:var(--Q)}
.range{background:transparent;border-style:dashed}
.range.lB{color:var(--B);border-color:var(--B)}
.range.lC{color:var(--C);border-color:var(--C)}
.range.lD{color:var(--D);border-color:var(--D)}
.range.lE{color:var(--E);border-color:var(--E)}
.range.lF{color:var(--F);border-color:var(--F)}
.servers{padding-top:.9rem}
.figures+.servers{border-top:1px solid var(--line)}
.servers>h2{font-size:1.3rem;font-weight:650;letter-spacing:-.01em}
.tools{display:flex;flex-wrap:wrap;gap:.6rem .8rem;align-items:end;
margin:.8rem 0}
.tools[hidden]{display:none}
.tools label,.tools .group{display:flex;flex-direction:column;gap:.2rem;
font-size:.8rem;color:var(--soft);border:0;margin:0;padding:0;min-width:0}
.tools legend{padding:0 0 .2rem}
.chips{display:flex;gap:.25rem}
input,select,button{font:inherit;color:inherit}
input,select,.plain{background:var(--sheet);color:var(--ink);
border:1px solid var(--strong);border-radius:5px;padding:.32rem .6rem;
min-height:2.25rem;max-width:100%}
input[type=search]{width:15rem}
select{max-width:14rem}
.plain{cursor:pointer}
.plain:hover,.chip:hover{border-color:var(--ink)}
.chip{cursor:pointer;min-width:2.25rem;min-height:2.25rem;font-weight:700;
background:var(--sheet);border:1px solid var(--strong);border-radius:5px;
color:var(--ink)}
.chip[aria-pressed=true]{color:var(--on);border-color:transparent;
text-decoration:underline;text-underline-offset:3px}
.chip[aria-pressed=true].lA{background:var(--A)}
.chip[aria-pressed=true].lB{background:var(--B)}
.chip[aria-pressed=true].lC{background:var(--C)}
.chip[aria-pressed=true].lD{background:var(--D)}
.chip[aria-pressed=true].lE{background:var(--E)}
.chip[aria-pressed=true].lF{background:var(--F)}
.chip[aria-pressed=true].lQ{background:var(--Q)}
.chip:not([aria-pressed=true]){background:var(--sheet)}
.said{color:var(--soft);margin:.4rem 0}
.sheet{background:var(--sheet);border:1px solid var(--line);border-radius:8px;
overflow-x:auto;contain:layout}
table{border-collapse:collapse;width:100%;text-align:left}
.list{table-layout:fixed;min-width:60rem}
.list>thead th{font-size:.82rem;font-weight:600;color:var(--soft);
border-bottom:1px solid var(--strong);padding:.35rem .5rem;
vertical-align:bottom;white-space:nowrap}
.list>tbody>tr>td,.list>tbody>tr>th{padding:.42rem .5rem;vertical-align:top;
border-top:1px solid var(--line);font-weight:400}
.list>tbody>tr:first-child>*{border-top:0}
.list>tbody>tr.row{cursor:pointer}
.list>tbody>tr.row:hover>*{background:var(--band)}
.list th[data-sort]{width:4.5rem}
.list th[data-sort=grade]{width:6rem}
.list th[data-sort=server]{width:14rem}
.list th[data-sort=product]{width:13rem}
.list th[data-sort=why]{width:auto}
.list th[data-sort=change]{width:7rem}
.list>*>tr>:first-child{padding-left:1rem}
.list>*>tr>:last-child{padding-right:1rem}
thead th button{all:unset;cursor:pointer;border-radius:3px}
thead th button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
thead th button::after{content:"\2195";opacity:.55;margin-left:.25rem}
thead th[aria-sort=ascending] button::after{content:"\2191";opacity:1}
thead th[aria-sort=descending] button::after{content:"\2193";opacity:1}
thead th[aria-sort=ascending] button,thead th[aria-sort=descending] button{
color:var(--ink)}
.server{overflow-wrap:anywhere}
.server button{all:unset;cursor:pointer;color:var(--link);font-weight:600;
border-radius:3px}
.server button::before{content:"\25B8";display:inline-block;width:1em;
color:var(--soft)}
.server button[aria-expanded=true]::before{content:"\25BE"}
.server button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.server button:hover{text-decoration:underline}
.label{color:var(--soft);font-size:.85rem;display:block}
.why{overflow-wrap:anywhere}
.product{overflow-wrap:anywhere}
.m{text-align:center}
.m span{display:inline-block;width:1.45rem;line-height:1.45rem;
border-radius:4px;text-align:center;font-weight:700;
border:1px solid transparent}
.m .t{background:var(--F);color:var(--on)}
.m .o{border-color:var(--F);color:var(--F)}
.m .r{color:var(--A)}
.m .u,.m .x{color:var(--soft)}
.more{display:block;margin:1rem auto}
.list>tbody>tr.card>td{padding:0;border-top:0;background:var(--band)}
.inner{padding:1.1rem 1.4rem 1.4rem;border-left:4px solid var(--quiet)}
.inner h3{font-size:.82rem;letter-spacing:.05em;text-transform:uppercase;
color:var(--soft);margin:1.2rem 0 .4rem;font-weight:650}
.inner>.sum{font-size:1.08rem;font-weight:600;max-width:52em;
overflow-wrap:anywhere}
.two{display:grid;gap:0 2.5rem;
grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr))}
.inner table td,.inner table th{padding:.22rem .7rem .22rem 0;
vertical-align:top;font-weight:400;overflow-wrap:anywhere;border:0}
.inner table th{white-space:nowrap;color:var(--soft)}
.inner .finding .letter{font-size:.9rem}
.inner td.state{white-space:nowrap;font-weight:600}
.mono,pre,.proof{font-family:ui-monospace,"DejaVu Sans Mono","Liberation Mono",
Menlo,Consolas,monospace;font-size:.86em}
.finding{display:grid;grid-template-columns:5rem 1fr;gap:.2rem .8rem;
padding:.5rem 0;border-top:1px solid var(--line);max-width:62rem;
overflow-wrap:anywhere}
.finding:first-of-type{border-top:0}
.finding p{margin-top:.12rem}
.sev{font-weight:700;font-size:.86rem;line-height:1.7}
.critical{color:var(--F)}.high{color:var(--E)}.medium{color:var(--D)}
.low{color:var(--C)}.info{color:var(--Q)}
.quiet{color:var(--soft)}
.remedy{padding:.5rem 0;border-top:1px solid var(--line);max-width:62rem;
overflow-wrap:anywhere}
.remedy:first-of-type{border-top:0}
.lines{display:flex;gap:.6rem;align-items:flex-start;margin:.35rem 0}
.lines pre{flex:1;min-width:0;overflow-x:auto;background:var(--sheet);
border:1px solid var(--line);border-radius:5px;padding:.45rem .7rem}
.lines .plain{min-height:0;padding:.25rem .7rem;font-size:.85rem}
.study{max-width:52em;margin:0 0 2rem}
footer{padding-top:1.4rem;padding-bottom:2.5rem;color:var(--soft);
font-size:.86rem}
footer p{max-width:60em}
footer p+p{margin-top:.3rem}
@media (max-width:75rem){.figures{grid-template-columns:1fr 1fr}}
@media screen and (max-width:56rem){
.figures{grid-template-columns:1fr}
main,header,footer{padding-left:1rem;padding-right:1rem}
header{padding-top:1.5rem}
h1{font-size:1.5rem}
.facts{gap:.5rem 1.3rem}
.figures .findings{--name:12.5rem}
.tools label,input[type=search],select{width:100%;max-width:none}
.chip{min-width:2.1rem}
.sheet{overflow:visible}
.list,.list>thead,.list>tbody{display:block;min-width:0}
.list th[data-sort]{width:auto!important}
.list>thead>tr{display:flex;flex-wrap:wrap;gap:.1rem .9rem;padding:.5rem 1rem;
border-bottom:1px solid var(--strong)}
.list>*>tr>*,.list>*>tr>:first-child,.list>*>tr>:last-child{padding:0}
.list>thead th{border:0;padding:.35rem 0!important}
.list>tbody>tr.row{display:grid;padding:.7rem 1rem;gap:.15rem .7rem;
grid-template-columns:3.6rem 1fr 1fr;border-top:1px solid var(--line)}
.list>tbody>tr.row>*{padding:0;border:0;min-width:0}
.list>tbody>tr.card{display:block}
.list>tbody>tr.card>td{display:block}
.grade{grid-row:1/span 4}
.server{grid-column:2/-1;max-width:none}
.product{grid-column:2/-1}
.why{grid-column:2/-1}
.m{display:none}
.inner{padding:1rem}
.inner tr{display:grid;grid-template-columns:6.2rem 1fr;padding:.3rem 0}
.inner tr>*{padding:0 .3rem 0 0!important}
.inner tr td:nth-child(n+3){grid-column:2}
.inner td:empty{display:none}
.finding{grid-template-columns:1fr}
.lines{flex-direction:column}
.lines pre{width:100%}}
@media print{:root{color-scheme:light;
--ground:#fff;--sheet:#fff;--ink:#000;--soft:#444;--line:#bbb;--strong:#888;
--link:#000;--band:#eee;--on:#fff;
--A:#1c7a48;--B:#0c7380;--C:#826000;--D:#a34a08;--E:#bf3018;--F:#8c1036;
--Q:#5b636d;--bar:#3c5a78}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:9.5pt}
main,header,footer{max-width:none;padding:0}
header{padding-top:0}
.tools,.more,.lines .plain,th button::after,.server button::before{
display:none!important}
h1{font-size:1.5rem}
.figures{gap:1rem 1.6rem}
.sheet{border:0;overflow:visible}
.list{min-width:0}
.list>*>tr>*,.list>*>tr>:first-child{padding:.25rem .3rem}
.list th[data-sort]{width:2.7rem}
.list th[data-sort=grade]{width:3.4rem}
.list th[data-sort=server]{width:9.5rem}
.list th[data-sort=product]{width:8rem}
.list th[data-sort=change]{width:4.5rem}
.list th[data-sort=why]{width:auto}
.server button{color:var(--ink)}
.list>tbody>tr.row,.finding,.remedy,.figures li{break-inside:avoid}
.lines pre{white-space:pre-wrap}}
]=] }
