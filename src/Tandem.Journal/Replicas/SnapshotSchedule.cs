using System.Diagnostics;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal.Snapshots;

namespace Tandem.Journal;

/// <summary>Makes snapshots beside the replica's work: when one is due, a few items at a time.</summary>
sealed class SnapshotSchedule(SnapshotStore snapshots, IJournal journal, ReplicaOptions options, Action<string> alarm) : IAsyncDisposable
{
    /// <summary>Items drawn between two looks at the clock.</summary>
    const int ItemsPerLook = 8;
    SnapshotCapture? _capture;
    SnapshotWriter? _writer;
    int _entries;
    long _bytes, _history;

    public long HistoryPosition { get => Volatile.Read(ref _history); set => Volatile.Write(ref _history, value); }
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Count(Entry entry)
    {
        _entries++;
        _bytes += entry.CalculateSize();
    }

    public void Begin(ContactCentre centre)
    {
        if (_capture is not null || !Completion.IsCompleted) return;
        (_entries, _bytes) = (0, 0);
        _capture = centre.BeginSnapshot();
        _writer = snapshots.Begin(centre.Generation, _capture.Position, _capture.Hash);
        Completion = FinishAsync(_writer);
    }

    public bool Step(ContactCentre centre)
    {
        if (_capture is null && (_entries >= options.SnapshotEntries || _bytes >= options.SnapshotBytes)) Begin(centre);
        if (_capture is null) return false;
        long began = Stopwatch.GetTimestamp();
        do
        {
            if (_writer!.Draw(_capture, ItemsPerLook)) continue;
            _capture = null;
            return false;
        }
        while (Stopwatch.GetElapsedTime(began) < options.StepMax);
        return true;
    }

    async Task FinishAsync(SnapshotWriter writer)
    {
        try
        {
            await writer.Completion.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Abandoned.
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JournalException)
        {
            alarm($"The snapshot at {writer.Position} was not made: {e.Message} The next is tried when it is due.");
            return;
        }
        try
        {
            journal.Trim(snapshots.Prune(HistoryPosition) + 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JournalException)
        {
            alarm($"What the snapshot at {writer.Position} made superfluous was not dropped: {e.Message} It is tried again after the next.");
        }
    }

    /// <summary>
    /// The state is about to be rebuilt: what was captured of it is of no use. One that is on its way to the disk is waited
    /// for, so that it does not appear after others were dropped.
    /// </summary>
    public void Abandon() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        _capture?.Abandon();
        _capture = null;
        if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
        _writer = null;
        await Completion.ConfigureAwait(false);
    }
}
