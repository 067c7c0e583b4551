namespace Tandem.Upgrade.Rendering;

static class HtmlStyle
{
    /// <summary>Light, for paper first: A4, upright or across, a document on pages of its own, headings of tables on every page.</summary>
    public const string Sheet = """

        :root { --ink: #1d2730; --soft: #55626d; --line: #d6dde3; --accent: #2f6690; --good: #2e7d4f; --warn: #b97a10; --bad: #a3282a; }
        * { box-sizing: border-box; }
        html { background: #eef1f3; }
        body { margin: 0; color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", sans-serif; }
        main { padding: 28px 16px 48px; }
        .sheet { max-width: 1180px; margin: 0 auto 28px; padding: 40px 48px 32px; background: #fff; border: 1px solid var(--line); border-radius: 6px; }
        header { margin-bottom: 22px; padding-bottom: 14px; border-bottom: 2px solid var(--accent); }
        header p.about { margin: 0 0 4px; color: var(--soft); font-size: 13px; letter-spacing: .01em; }
        .title { margin: 0; font-size: 28px; line-height: 1.2; font-weight: 650; color: var(--ink); }
        .cover .title { font-size: 36px; }
        h2, h3, h4 { line-height: 1.3; break-after: avoid; }
        h2 { margin: 34px 0 10px; font-size: 20px; font-weight: 620; }
        h3 { margin: 24px 0 8px; font-size: 16px; font-weight: 620; color: var(--accent); }
        h4 { margin: 18px 0 6px; font-size: 15px; font-weight: 620; color: var(--soft); }
        p { margin: 0 0 12px; max-width: 78ch; }
        p.none { color: var(--soft); font-style: italic; }
        ul { margin: 0 0 14px; padding-left: 20px; }
        li { margin: 3px 0; }
        a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
        code { font: 12.5px/1.45 ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace; background: #f2f5f7; padding: 1px 4px; border-radius: 3px; white-space: pre-wrap; overflow-wrap: anywhere; }
        nav { margin: 0 0 24px; padding: 14px 18px; background: #f6f8f9; border-radius: 6px; }
        nav .nav-title { margin: 0 0 6px; font-size: 12px; font-weight: 650; letter-spacing: .05em; color: var(--soft); }
        nav ol { margin: 0; padding-left: 24px; columns: 2; column-gap: 40px; font-size: 14px; }
        nav li { break-inside: avoid; }
        .table { margin: 0 0 18px; overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: 13px; line-height: 1.42; font-variant-numeric: tabular-nums; }
        th, td { padding: 6px 10px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
        thead th { padding-bottom: 5px; font-size: 12px; font-weight: 620; color: var(--soft); vertical-align: bottom; border-bottom: 1.5px solid #8795a1; }
        tbody th { font-weight: 600; }
        tbody tr:last-child > * { border-bottom-color: #8795a1; }
        .short, .number { white-space: nowrap; }
        .number { text-align: right; }
        .blank { min-width: 5.5em; border-left: 1px solid var(--line); }
        .source { color: var(--soft); font-size: 11.5px; overflow-wrap: anywhere; }
        tr.good > :first-child { box-shadow: inset 4px 0 var(--good); }
        tr.warn > :first-child { box-shadow: inset 4px 0 var(--warn); }
        tr.bad > :first-child { box-shadow: inset 4px 0 var(--bad); }
        tr.warn { background: #fdf7ea; }
        tr.bad { background: #fcf1f1; }
        tr.quiet { color: var(--soft); }
        tr.quiet > th { font-weight: 400; }
        .choice { display: inline-block; margin-right: 12px; white-space: nowrap; }
        .box { display: inline-block; width: 11px; height: 11px; margin-right: 6px; border: 1.3px solid var(--soft); border-radius: 2px; vertical-align: -1px; }
        .checklist { list-style: none; padding-left: 0; }
        .checklist li { padding: 4px 0; border-bottom: 1px solid #e8ecef; }
        aside { margin: 0 0 18px; padding: 12px 18px; background: #f2f5f7; border-left: 5px solid var(--soft); border-radius: 3px; break-inside: avoid; }
        aside p { margin: 0; }
        aside .box-title { font-size: 16px; font-weight: 650; }
        aside.box-good { background: #eff7f2; border-color: var(--good); }
        aside.box-good .box-title { color: var(--good); }
        aside.box-warn { background: #fdf7ea; border-color: var(--warn); }
        aside.box-warn .box-title { color: #8a5a08; }
        aside.box-bad { background: #fcf1f1; border-color: var(--bad); }
        aside.box-bad .box-title { color: var(--bad); }
        figure { margin: 0 0 22px; break-inside: avoid; }
        figure svg { display: block; width: 100%; height: auto; }
        figcaption { margin-top: 4px; font-size: 12px; color: var(--soft); }
        .form { margin: 8px 0 20px; break-inside: avoid; }
        .form div { display: flex; align-items: flex-end; gap: 14px; min-height: 40px; }
        .form dt { flex: 0 0 34%; color: var(--soft); font-size: 13px; }
        .form dd { flex: 1; margin: 0; border-bottom: 1px solid var(--ink); height: 26px; }
        footer { margin-top: 28px; padding-top: 10px; border-top: 1px solid var(--line); color: var(--soft); font-size: 12px; }
        footer p { margin: 0; }
        @page { size: A4; margin: 15mm 14mm 17mm; @bottom-right { content: counter(page); font: 9pt sans-serif; color: #55626d; } }
        @page across { size: A4 landscape; }
        @media print {
          html { background: #fff; }
          body { font-size: 10pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          main { padding: 0; }
          .sheet { max-width: none; margin: 0; padding: 0; border: 0; border-radius: 0; }
          .wide { page: across; }
          .sheet + .sheet, .new-page { break-before: page; }
          .title { font-size: 20pt; }
          .cover .title { font-size: 26pt; }
          h2 { font-size: 14pt; }
          h3 { font-size: 11.5pt; }
          h4 { font-size: 10.5pt; }
          table { font-size: 8.5pt; }
          thead { display: table-header-group; }
          thead th { font-size: 8pt; }
          th, td { padding: 3.5pt 5pt; }
          tr, li { break-inside: avoid; }
          .table { overflow: visible; }
          .source { font-size: 7pt; }
          code { font-size: 8pt; }
          a { color: inherit; text-decoration: none; }
          p { orphans: 3; widows: 3; }
        }

        """;
}
