using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>A cell's lines in a language.</summary>
static class Said
{
    public static IReadOnlyList<string> Lines(this Cell cell, Language language) =>
        [.. cell.Lines.Select(l => cell.Kind is CellKind.AsIs or CellKind.Command ? l.ToString() : language.Say(l))];

    /// <summary>What stands for an empty list.</summary>
    public static string None(Language language) => language.Say("none");
}
