extension ReportPage {
  /// The page; text in double braces is escaped, in triple braces it is markup of this program.
  static let template = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Muon against AdamW: the report</title>
    <style>
    {{{css}}}
    :root{--paper:#fff;--ink:#1f2328;--muted:#59636e;--grid:#e6e8eb;--link:#0067a6}
    @media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--muted:#9aa4af;--grid:#2a3139;--link:#56b4e9}}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,Segoe UI,Roboto,sans-serif}
    main{max-width:720px;margin:0 auto;padding:24px 19px 72px}
    h1{font-size:28px;line-height:1.2;margin:24px 0 16px}
    h2{font-size:20px;line-height:1.3;margin:56px 0 8px}
    .verdict{font-size:19px;line-height:1.45;margin:0 0 12px}
    .note,figcaption,.source{color:var(--muted);font-size:14px}
    figure{margin:28px 0}
    .panels{display:flex;flex-wrap:wrap;gap:20px 16px}
    .panels svg{display:block;max-width:100%;height:auto}
    figcaption{margin-top:12px}
    .scroll{overflow-x:auto;margin:8px 0 24px}
    .wide{position:relative;left:50%;transform:translateX(-50%);width:min(100vw - 38px,1160px)}
    table{border-collapse:collapse;font-size:13px;line-height:1.4;font-variant-numeric:tabular-nums}
    th{font-weight:600;color:var(--muted);vertical-align:bottom}
    th,td{padding:5px 14px 5px 0;border-bottom:1px solid var(--grid);vertical-align:top}
    .left{text-align:left;white-space:nowrap}
    .right{text-align:right;white-space:nowrap}
    code{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    td .long{display:inline-block;min-width:300px;max-width:380px;white-space:normal;overflow-wrap:anywhere}
    a{color:var(--link)}
    </style>
    </head>
    <body>
    <main>
    <h1>Muon against AdamW</h1>
    {{#verdicts}}
    <p class="verdict">{{.}}</p>
    {{/verdicts}}
    {{#missing}}
    <p class="note">{{.}}</p>
    {{/missing}}
    {{#sections}}
    <section>
    <h2>{{title}}</h2>
    {{#paragraphs}}
    <p>{{.}}</p>
    {{/paragraphs}}
    {{#figures}}
    <figure>
    <div class="panels">
    {{#panels}}
    {{{.}}}
    {{/panels}}
    </div>
    <figcaption>{{caption}}</figcaption>
    </figure>
    {{/figures}}
    {{#tables}}
    {{#caption}}
    <p class="source">{{caption}}</p>
    {{/caption}}
    <div class="scroll {{size}}"><table>
    <thead><tr>{{#columns}}<th class="{{side}}">{{title}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr>{{#cells}}<td class="{{side}}">{{#link}}<a href="{{link}}">{{text}}</a>{{/link}}{{^link}}{{#isCode}}<code class="{{length}}">{{text}}</code>{{/isCode}}{{^isCode}}{{text}}{{/isCode}}{{/link}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table></div>
    {{/tables}}
    </section>
    {{/sections}}
    </main>
    </body>
    </html>

    """
}
