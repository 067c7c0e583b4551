using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal.Files;

namespace Tandem.Journal;

/// <summary>The journal of one machine: a folder of append-only segments, one flush for all that waits.</summary>
public sealed class FileJournal : IJournal
{
    readonly Storage _storage;
    readonly SegmentLog _log;
    readonly FileJournalOptions _options;
    readonly ProposalQueue _queue;
    readonly int _entryBytesMax;
    readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Lock _starting = new();
    SegmentAllocator? _allocator;
    volatile JournalHealth _health = JournalHealth.Accepting;
    volatile bool _closing;

    FileJournal(Storage storage, SegmentLog log, FileJournalOptions options)
    {
        (_storage, _log, _options) = (storage, log, options);
        _queue = new ProposalQueue(options.QueueEntriesMax, options.QueueBytesMax);
        _entryBytesMax = FrameBuilder.EntryBytesMax(options);
    }

    /// <exception cref="JournalException">With a message for people: damaged, newer, in use, another instance's.</exception>
    public static FileJournal Open(string folder, FileJournalOptions options) => Open(new FolderStorage(folder), options);

    /// <summary>Takes the storage over, and disposes it in the end.</summary>
    public static FileJournal Open(Storage storage, FileJournalOptions options)
    {
        try
        {
            return new FileJournal(storage, Recovery.Open(storage, options), options);
        }
        catch
        {
            storage.Dispose();
            throw;
        }
    }

    public string Instance => _log.Instance;
    public int Generation => _log.Generation;
    public long FirstPosition => _log.FirstPosition;
    public long LastPosition => _log.LastPosition;
    public JournalHealth Health => _health;
    public RefusalCounts Refusals { get; } = new();
    public event Action<JournalHealth>? HealthChanged;

    /// <summary>One machine, one node: what the state knows is all there is to know.</summary>
    public ulong TakeIncarnation(ulong atLeast) => atLeast;

    public void Start(long from, IJournalSubscriber subscriber)
    {
        lock (_starting)
        {
            Invariant.That(_allocator is null && !_closing);
            _allocator = new SegmentAllocator(_log.Supply, _options.RoomRetry, changed: _queue.Wake);
            var writer = new JournalWriter(_log, _queue, _allocator, subscriber, Refusals, _options, Change, () => _closing);
            new Thread(() => Run(writer, from)) { Name = "journal writer", IsBackground = true }.Start();
        }
    }

    void Run(JournalWriter writer, long from)
    {
        writer.Run(from);
        _allocator!.Dispose();
        _log.Dispose();
        _storage.Dispose();
        _stopped.SetResult();
    }

    void Change(JournalHealth health)
    {
        if (health == _health) return;
        _health = health;
        HealthChanged?.Invoke(health);
    }

    public Refusal TryPropose(ReadOnlySpan<Entry> entries, Priority priority)
    {
        if (_closing) return Refusals.Count(Refusal.Away, entries.Length);
        switch (_health.State)
        {
            case JournalState.Failed: return Refusals.Count(Refusal.Away, entries.Length);
            case JournalState.Full: return Refusals.Count(Refusal.NoRoom, entries.Length);
            case JournalState.Reserve when priority == Priority.NewWork: return Refusals.Count(Refusal.NoRoom, entries.Length);
        }

        Refusal refused = _queue.TryAdd(entries, priority, _entryBytesMax);
        return refused == Refusal.None ? refused : Refusals.Count(refused, entries.Length);
    }

    public IEnumerable<JournaledEntry> Read(long from) => _log.Read(from);

    public void Trim(long before) => _log.Trim(before);

    /// <summary>Commits what was taken over, then lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        bool started;
        lock (_starting)
        {
            if (_closing)
            {
                started = true;
            }
            else
            {
                _closing = true;
                started = _allocator is not null;
            }
        }
        if (!started)
        {
            _log.Dispose();
            _storage.Dispose();
            _stopped.SetResult();
        }
        _queue.Wake();
        await _stopped.Task;
    }
}
