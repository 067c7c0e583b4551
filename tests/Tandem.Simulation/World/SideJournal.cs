using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Simulation;

/// <summary>What a side has on its own disk of the journal.</summary>
sealed class Mirror
{
    public long First = 1, Last;
}

/// <summary>
/// A node's journal over the simulated etcd: one batch at a time, sent again when no answer came; a reader that lags behind,
/// and goes on where it was after a cut.
/// </summary>
sealed class SideJournal(World world, NodeProcess process, Mirror mirror) : IJournal
{
    const int BatchMax = 100, QueueMax = 5_000;
    const long AnswerUs = 200_000;

    readonly Dice _dice = world.Dice.For($"journal {process.Host.Side} {process.Number}");
    readonly Queue<byte[]> _queue = [];
    List<byte[]>? _sent;
    long _batch, _tries, _read;
    bool _isReading;
    ulong _incarnation;
    IJournalSubscriber? _subscriber;

    public string Instance => People.Instance;
    public int Generation => 1;
    public long FirstPosition => mirror.First;
    public long LastPosition => mirror.Last;
    public JournalHealth Health => JournalHealth.Accepting;
    public RefusalCounts Refusals { get; } = new();
    /// <summary>Extra lag of the reader.</summary>
    public long LagUs { get; set; }
    public event Action<JournalHealth>? HealthChanged { add { } remove { } }

    Host Host => process.Host;

    /// <summary>At start: the entries that this side has not got, from etcd or, what was compacted there, from the other side. False: not now.</summary>
    public bool TryCatchUp()
    {
        if (!IsConnected || world.Etcd.IsStalled) return false;
        if (mirror.Last + 1 < world.Etcd.First)
        {
            Host other = world.Other(Host);
            if (!other.IsServing || !world.Network.Reaches(Host.Side, other.Side) || !world.Network.Reaches(other.Side, Host.Side)) return false;
            mirror.Last = Math.Max(mirror.Last, other.MirrorLast);
            world.Trace($"{Host.Side} fetched the journal up to {mirror.Last} from the other side");
            if (mirror.Last + 1 < world.Etcd.First) return false;
        }
        mirror.Last = world.Etcd.Last;
        return true;
    }

    bool IsConnected => world.Network.Reaches(Host.Side, "etcd") && world.Network.Reaches("etcd", Host.Side);

    public ulong TakeIncarnation(ulong atLeast) => _incarnation = world.Etcd.TakeIncarnation(atLeast);

    // ---- proposing ----

    public Refusal TryPropose(ReadOnlySpan<Entry> entries, Priority priority)
    {
        world.Points.Pass(process, "before a proposal");
        if (process.IsDead) return Refusal.Away;
        if (_queue.Count + entries.Length > QueueMax) return Refusal.QueueFull;
        foreach (Entry entry in entries)
        {
            Invariant.That(entry.Incarnation == _incarnation);
            _queue.Enqueue(entry.ToByteArray());
        }
        if (_sent is null) Send();
        world.Points.Pass(process, "after a proposal");
        return Refusal.None;
    }

    void Send()
    {
        _sent = [];
        while (_sent.Count < BatchMax && _queue.TryDequeue(out byte[]? entry)) _sent.Add(entry);
        _batch++;
        Transmit();
    }

    /// <summary>A request that has left arrives, whatever becomes of its sender; its answer may be lost.</summary>
    void Transmit()
    {
        (long batch, List<byte[]> entries, ulong incarnation, long round) = (_batch, _sent!, _incarnation, ++_tries);
        if (world.Network.Reaches(Host.Side, "etcd"))
        {
            world.After(world.Network.Delay(), () => world.Etcd.Request(() =>
            {
                bool isIn = world.Etcd.Put(incarnation, batch, entries);
                bool isLost = !world.Network.Reaches("etcd", Host.Side) || _dice.Chance(world.Network.LossPerMille);
                if (isIn && !isLost) world.After(world.Network.Delay() + DiskUs(), () => Answered(batch));
            }));
        }
        // A process that stands still sends nothing; it goes on when it is woken.
        world.After(AnswerUs, () => process.Awake(() =>
        {
            if (_sent is not null && _batch == batch && _tries == round) Transmit();
        }));
    }

    static long DiskUs() => 300;

    void Answered(long batch) => process.Awake(() =>
    {
        if (_batch != batch || _sent is null) return;
        _sent = null;
        if (_queue.Count > 0) Send();
    });

    // ---- reading ----

    public void Start(long from, IJournalSubscriber subscriber)
    {
        _subscriber = subscriber;
        _read = from - 1;
        world.Etcd.Grown += Read;
        Read();
    }

    public void Stop() => world.Etcd.Grown -= Read;

    void Read()
    {
        if (_isReading || process.IsDead) return;
        _isReading = true;
        world.After(world.Network.Delay() + LagUs, Deliver);
    }

    void Deliver()
    {
        _isReading = false;
        if (process.IsDead || _read >= world.Etcd.Last) return;
        if (!IsConnected || process.Host.IsFrozen || _read + 1 < world.Etcd.First)
        {
            // A broken watch is opened again; what was compacted meanwhile the other side has.
            if (IsConnected && !process.Host.IsFrozen && world.Other(Host) is { IsServing: true } other && world.Network.Reaches(Host.Side, other.Side)) Take(Math.Min(other.MirrorLast, _read + 200));
            _isReading = true;
            world.After(_dice.Ms(20, 150), Deliver);
            return;
        }
        Take(Math.Min(world.Etcd.Last, _read + 200));
        if (_read < world.Etcd.Last) Read();
    }

    void Take(long last)
    {
        if (last <= _read) return;
        long first = _read + 1;
        var entries = new List<Entry>((int)(last - _read));
        for (long position = first; position <= last; position++)
        {
            if (world.Plant.LosesEntry(Host.Side, position)) continue;
            entries.Add(Entry.Parser.ParseFrom(world.Etcd[position]));
        }
        _read = last;
        mirror.Last = Math.Max(mirror.Last, last);
        _subscriber!.Committed(first, entries);
    }

    public IEnumerable<JournaledEntry> Read(long from)
    {
        for (long position = Math.Max(from, mirror.First); position <= mirror.Last; position++)
            yield return new JournaledEntry(position, Entry.Parser.ParseFrom(world.Etcd[position]));
    }

    /// <summary>Done when the snapshot that allows it is on the disk; see <see cref="Disk"/>.</summary>
    public void Trim(long before) => Host.Disk.WhenSettled(() => mirror.First = Math.Max(mirror.First, Math.Min(before, mirror.Last + 1)));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
