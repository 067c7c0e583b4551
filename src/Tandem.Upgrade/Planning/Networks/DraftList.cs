using System.Globalization;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>
/// Steps in their order, each after the one before unless it says otherwise: their words are the pack's rows', preparation is
/// numbered P1, P2, …, service 1, 2, ….
/// </summary>
sealed class DraftList(Replacement of)
{
    /// <summary>What belongs into one window: half a cut-over is none.</summary>
    const string OneWindow = "cut-over";

    readonly List<DraftStep> _steps = [];
    readonly Dictionary<string, string> _idOf = new(StringComparer.Ordinal);
    int _preparation, _service;

    public IReadOnlyList<DraftStep> Steps => _steps;

    /// <summary>A step in office hours, of which callers notice nothing: what fails is put right and tried again.</summary>
    /// <param name="afterAct">In place of the step before.</param>
    public void Prepare(string act, Minutes minutes, IReadOnlyList<string> nodes, string afterAct = "")
    {
        ChronologyRow row = of.Row(act);
        var again = new BackOutAction(Text.Of("Put it right and do this step again; the old system serves all the while"), nodes, 0, []);
        var backOut = new BackOut(Text.Of(row.Trigger), [again], 0, 0, false, row.Lost.Length > 0 ? Text.Of(row.Lost) : Text.None);
        Add(Number("P", ++_preparation), row, minutes, nodes, [], backOut, afterAct, inService: false, isTest: false);
    }

    public void Serve(string act, Minutes minutes, IReadOnlyList<string> nodes, IReadOnlyList<Change> changes, BackOut backOut, bool isTest = false) =>
        Add(Number("", ++_service), of.Row(act), minutes, nodes, changes, backOut, "", inService: true, isTest);

    static string Number(string prefix, int number) => prefix + number.ToString(CultureInfo.InvariantCulture);

    void Add(string id, ChronologyRow row, Minutes minutes, IReadOnlyList<string> nodes, IReadOnlyList<Change> changes, BackOut backOut, string afterAct, bool inService, bool isTest)
    {
        string[] after = afterAct.Length > 0 ? [_idOf[afterAct]] : _steps.Count > 0 ? [_steps[^1].Id] : [];
        _idOf[row.Act] = id;
        _steps.Add(new DraftStep
        {
            Id = id, Row = row.Row, Title = Text.Of(row.Title), Nodes = nodes, Minutes = of.Learned(row.Row, minutes), RoutingColumn = row.Routing, After = after, Changes = changes,
            Together = inService ? OneWindow : "", InService = inService, IsTest = isTest, Expect = Text.Of(row.Expect), Evidence = [.. row.Evidence.Select(static e => Text.Of(e))],
            TwoPersons = row.TwoPersons, BackOut = backOut, Source = row.Source,
        });
    }
}
