using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Tests.Scenarios;

namespace Tandem.Simulation;

/// <summary>
/// The state as the journal makes it, entry by entry as they are committed: never behind a node's. What nodes have, tell and
/// write is compared with it.
/// </summary>
sealed class Reference(World world)
{
    readonly EffectList _effects = new();
    readonly List<ulong> _hashes = [0];
    readonly List<Entry.InputOneofCase> _names = [Entry.InputOneofCase.None];
    readonly Dictionary<long, List<Record>> _records = [];
    readonly HashSet<ulong> _lost = [];
    readonly Dictionary<ulong, ulong> _sequences = [];
    readonly HashSet<(ulong, ulong)> _seen = [];

    public ContactCentre Centre { get; } = new(People.Instance, 1);
    /// <summary>Who got an address last, at which position and why.</summary>
    public Dictionary<string, AddressMoved> Moves { get; } = new(StringComparer.Ordinal);

    public ulong HashAt(long position) => position < _hashes.Count ? _hashes[(int)position] : 0;
    public string NameAt(long position) => position < _names.Count ? _names[(int)position].ToString() : "which is not in the journal";
    public IReadOnlyList<Record> RecordsAt(long position) => _records.GetValueOrDefault(position) ?? [];
    public long Last => _hashes.Count - 1;

    public void Apply(long position, Entry entry)
    {
        _effects.Clear();
        world.Checks.State.Before(Centre);
        try
        {
            world.Plant.Apply("", Centre, position, entry, _effects);
        }
        catch (InvariantException e)
        {
            world.Violate("core", $"the entry at {position}, {entry.InputCase}, broke the core: {e.Message}");
            return;
        }
        _hashes.Add(Centre.Hash);
        _names.Add(entry.InputCase);
        CheckProposer(position, entry);
        foreach (Effect effect in _effects) Note(position, effect);
        if (world.IsTraced && entry.InputCase is not (Entry.InputOneofCase.Heartbeat or Entry.InputOneofCase.Tick)) world.Trace($"    {position} {entry.InputCase} by {entry.Incarnation}.{entry.Sequence}{Words()}");
        world.Checks.Calls.Applied(entry, _effects);
        world.Checks.Commands.Applied(entry, _effects);
        world.Checks.State.After(Centre, entry, _effects);
        if (position % 64 == 0) CheckAll();
    }

    string Words()
    {
        string words = "";
        foreach (Effect effect in _effects)
        {
            words += effect switch
            {
                Rejected r => $" REJECTED {r.Reason}",
                AddressMoved m => $" {m.Address.Name} {m.From}->{m.To} {m.Reason}",
                IncarnationLost l => $" LOST {l.Who.Number}",
                LegWanted w => $" leg {w.Leg.Id} {w.Leg.Kind} wanted {w.Leg.Wanted}",
                CallAdmitted a => $" call {a.Call.Id} of {a.Call.Calling}",
                _ => "",
            };
        }
        return words;
    }

    void Note(long position, Effect effect)
    {
        switch (effect)
        {
            case Recorded recorded:
                if (!_records.TryGetValue(position, out List<Record>? records)) _records[position] = records = [];
                records.Add(recorded.Record.Clone());
                world.Checks.Records.Made(position, recorded.Record);
                break;
            case AddressMoved moved:
                Moves[moved.Address.Name] = moved;
                break;
            case IncarnationLost lost:
                _lost.Add(lost.Who.Number);
                break;
        }
    }

    /// <summary>What a lost incarnation proposes, or what was proposed before, changes nothing.</summary>
    void CheckProposer(long position, Entry entry)
    {
        if (!_seen.Add((entry.Incarnation, entry.Sequence))) world.Violate("journal", $"the entry at {position}, {entry.InputCase} {entry.Incarnation}.{entry.Sequence}, is in the journal twice");
        bool isRejected = false;
        foreach (Effect effect in _effects) isRejected |= effect is Rejected { Reason: Rejection.IncarnationLost or Rejection.SequencePassed or Rejection.UnknownIncarnation or Rejection.TimeJump };
        if (_lost.Contains(entry.Incarnation) && !isRejected) world.Violate("incarnations", $"the entry at {position}, {entry.InputCase}, is of incarnation {entry.Incarnation}, which was lost, and was accepted");
        if (entry.Sequence <= _sequences.GetValueOrDefault(entry.Incarnation) && !isRejected) world.Violate("incarnations", $"the entry at {position} has a sequence that was passed, and was accepted");
        if (!isRejected) _sequences[entry.Incarnation] = Math.Max(entry.Sequence, _sequences.GetValueOrDefault(entry.Incarnation));
    }

    public void CheckAll()
    {
        try
        {
            StateInvariants.Check(Centre);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            world.Violate("state", e.Message);
        }
    }
}
