using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>A step without its time: what a method wants done. <see cref="Scheduler"/> gives it one.</summary>
public sealed record DraftStep
{
    public required string Id { get; init; }
    public required string Row { get; init; }
    public required Text Title { get; init; }
    public IReadOnlyList<string> Nodes { get; init; } = [];
    public required Minutes Minutes { get; init; }
    public required string RoutingColumn { get; init; }
    public IReadOnlyList<string> After { get; init; } = [];
    public IReadOnlyList<Change> Changes { get; init; } = [];
    /// <summary>Steps of one name lie in one window, whole.</summary>
    public string Together { get; init; } = "";
    /// <summary>Other steps may go on beside it, as many as there are engineers.</summary>
    public bool MayOverlap { get; init; }
    /// <summary>False: it is done before the first window, unnoticed.</summary>
    public bool InService { get; init; } = true;
    public bool IsTest { get; init; }
    public required Text Expect { get; init; }
    public IReadOnlyList<Text> Evidence { get; init; } = [];
    public string Command { get; init; } = "";
    public bool TwoPersons { get; init; }
    public required BackOut BackOut { get; init; }
    public required string Source { get; init; }
}
