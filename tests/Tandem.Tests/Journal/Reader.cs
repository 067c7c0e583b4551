using System.Collections.Concurrent;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal;

/// <summary>Follows a journal: waits for positions, refusals and states instead of sleeping.</summary>
sealed class Reader : IJournalSubscriber
{
    readonly object _lock = new();
    readonly List<JournalHealth> _healths = [];
    public List<JournaledEntry> Entries { get; } = [];
    public List<(Entry Entry, Refusal Reason)> Refused { get; } = [];

    public static Reader Of(IJournal journal, long from = 1)
    {
        var reader = new Reader();
        journal.HealthChanged += reader.Changed;
        journal.Start(from, reader);
        return reader;
    }

    public JournaledEntry[] Snapshot() { lock (_lock) return [.. Entries]; }

    void Changed(JournalHealth health) { lock (_lock) { _healths.Add(health); Monitor.PulseAll(_lock); } }

    void IJournalSubscriber.Committed(long firstPosition, IReadOnlyList<Entry> entries)
    {
        lock (_lock)
        {
            for (int i = 0; i < entries.Count; i++) Entries.Add(new(firstPosition + i, entries[i]));
            Monitor.PulseAll(_lock);
        }
    }

    void IJournalSubscriber.Refused(Entry entry, Refusal reason) { lock (_lock) { Refused.Add((entry, reason)); Monitor.PulseAll(_lock); } }

    public void WaitFor(long position) => Wait(() => Entries.Count > 0 && Entries[^1].Position >= position, $"position {position}");
    public JournalHealth WaitFor(JournalState state)
    {
        Wait(() => _healths.Exists(health => health.State == state), state.ToString());
        lock (_lock)
        {
            JournalHealth found = _healths.Find(health => health.State == state)!;
            _healths.RemoveRange(0, _healths.IndexOf(found) + 1);
            return found;
        }
    }
    public void WaitForRefusals(int count) => Wait(() => Refused.Count >= count, $"{count} refusals");

    public void WaitForEither(long position, long refusals) =>
        Wait(() => Refused.Count >= refusals || (Entries.Count > 0 && Entries[^1].Position >= position), $"position {position} or {refusals} refusals");

    void Wait(Func<bool> condition, string what)
    {
        lock (_lock)
            while (!condition())
                Assert.True(Monitor.Wait(_lock, TimeSpan.FromSeconds(30)), $"waited in vain for {what}, at {(Entries.Count > 0 ? Entries[^1].Position : 0)}; told: {string.Join(", ", _healths)}");
    }
}
