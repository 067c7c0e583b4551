using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>A side's database: records and the position reached, in one transaction. It outlives nodes and hosts.</summary>
sealed class HistoryDatabase(World world, string side)
{
    readonly List<(long Position, Record Record)> _records = [];

    public string Side => side;
    public long Position { get; private set; }
    public IReadOnlyList<(long Position, Record Record)> Records => _records;
    /// <summary>It does not answer: transactions wait.</summary>
    public bool IsAway { get; set; }

    public void Commit(IReadOnlyList<(long Position, Record Record)> records, long reached)
    {
        world.Checks.Records.Written(this, records, reached);
        _records.AddRange(records);
        Position = Math.Max(Position, reached);
    }

    /// <summary>Planted: the position is lost with the process, as if it were a transaction of its own.</summary>
    public void ForgetPosition() => Position = Math.Max(0, Position - 200);

    public void Rewind(long position)
    {
        _records.RemoveAll(r => r.Position > position);
        Position = Math.Min(Position, position);
        world.Checks.Records.Rewound(this);
    }
}

/// <summary>The logger of one process: what it has not written yet dies with it.</summary>
sealed class SimulatedLogger(World world, NodeProcess process, HistoryDatabase database) : Node.Loop.IRecordSink
{
    readonly Dice _dice = world.Dice.For($"logger {process.Host.Side} {process.Number}");
    List<(long Position, Record Record)> _waiting = [];
    long _reached;
    bool _isWriting;

    public long Position => database.Position;

    public void Take(long position, IReadOnlyList<Record> records)
    {
        foreach (Record record in records) _waiting.Add((position, record.Clone()));
        Reach(position);
    }

    public void TakeReplayed(long position, IReadOnlyList<Record> records)
    {
        foreach (Record record in records) _waiting.Add((position, record.Clone()));
        _reached = Math.Max(_reached, position);
    }

    public void Reached(long position) => Reach(position);

    void Reach(long position)
    {
        _reached = Math.Max(_reached, position);
        if (!_isWriting) Write();
        world.Points.Pass(process, "after an entry was applied");
    }

    void Write()
    {
        _isWriting = true;
        world.After(_dice.Ms(2, 60), () => process.Awake(() =>
        {
            if (database.IsAway)
            {
                Write();
                return;
            }
            _isWriting = false;
            (List<(long, Record)> records, _waiting) = (_waiting, []);
            database.Commit(records, _reached);
        }));
    }

    public void Rewind(long position)
    {
        _waiting.Clear();
        database.Rewind(position);
    }
}
