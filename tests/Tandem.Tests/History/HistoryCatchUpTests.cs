using Microsoft.Data.Sqlite;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.History;
using Tandem.History.Compare;
using Tandem.Journal;
using Tandem.Tests.Journal;
using Record = Tandem.Core.Schema.Record;

namespace Tandem.Tests.History;

/// <summary>A node's part that matters here: a journal, a replica that lives, a logger, a catch-up beside it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class HistoryCatchUpTests : IAsyncDisposable
{
    static readonly LoggerOptions s_small = new(TimeSpan.FromMilliseconds(10), CommitRows: 20, QueuedMax: 200, TimeSpan.FromMilliseconds(10));
    static readonly HistoryCatchUpOptions s_near = HistoryCatchUpOptions.Default with { NearPositions = 60, RetryAfter = TimeSpan.FromMilliseconds(50) };

    readonly PostgresServer _server;
    readonly HistoryDesk _desk = new();
    readonly MemoryStorage _disk = new();
    readonly FileJournal _journal;
    readonly Owner _owner;
    readonly List<string> _told = [];
    readonly Entry[] _life = Life.Entries(6_000);
    int _lived;
    Replica? _replica;
    Logger? _logger;
    HistoryCatchUp? _catchUp;

    public HistoryCatchUpTests(PostgresServer server)
    {
        _server = server;
        _journal = FileJournal.Open(_disk, Some.Options);
        _owner = new Owner(_journal);
    }

    void Begin(HistoryAddress address, int snapshotEntries = 300)
    {
        _logger = Logger.Open(address, "acme", 1, options: s_small);
        long from = _logger.StartFrom(_journal.LastPosition, replayMax: 100);
        _replica = Replica.Start(_journal, _disk, from, new Telling(_logger), new ReplicaOptions { SnapshotEntries = snapshotEntries });
        _logger.Reached(_replica.Centre.Position);
        _catchUp = new HistoryCatchUp(_logger, _journal, _disk, line => { lock (_told) _told.Add(line); }, s_near);
    }

    /// <summary>The centre lives on, as on a node's loop.</summary>
    void Live(int entries)
    {
        foreach (Entry[] part in _life.Skip(_lived).Take(entries).Chunk(20))
        {
            long first = _journal.LastPosition + 1;
            _owner.Commit(part);
            _replica!.Apply(first, part);
            _replica.HistoryPosition = _logger!.Health.Position;
            while (_replica.Step()) { }
        }
        _lived += entries;
    }

    sealed class Telling(Logger logger) : IReplicaOwner
    {
        public void Applied(long position, Entry entry, EffectList effects)
        {
            Record[] records = RecordsOf(effects);
            if (records.Length > 0) logger.Enqueue(position, records);
            else logger.Reached(position);
        }

        public void ProposeSkipped(Skipped skipped) { }
        public void Alarm(string message) => Assert.Fail(message);
    }

    static Record[] RecordsOf(EffectList effects)
    {
        var records = new List<Record>();
        foreach (Effect effect in effects)
            if (effect is Recorded recorded) records.Add(recorded.Record);
        return [.. records];
    }

    static void Await(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, TimeSpan.FromSeconds(20)));

    /// <summary>The history is what one that was never away would be.</summary>
    async Task IsWhole(string address)
    {
        Await(() => _logger!.Health.Position == _lived);
        Assert.Equal((null, null, false), (_logger!.Health.Failure, _logger.Health.NeedsReplayFrom, _logger.Health.IsCatchingUp));
        using var reference = new HistoryDesk();
        var centre = new ContactCentre("acme", 1);
        var effects = new EffectList();
        var records = new List<(long, Record)>();
        foreach (Entry entry in _life.Take(_lived))
        {
            effects.Clear();
            centre.Apply(centre.Position + 1, entry, effects);
            records.AddRange(RecordsOf(effects).Select(record => (centre.Position, record)));
        }
        using (var database = HistoryDatabase.Open(reference.Path, "acme", 1)) database.Write(records, centre.Position);
        Assert.True(records.Count > _lived / 10, $"{records.Count} records");

        ComparisonResult result = await HistoryComparison.RunAsync(new DatabaseReader(HistoryAddress.Parse(address)), new DatabaseReader(HistoryAddress.Parse(reference.Path)));
        Assert.Null(result.First);
        Assert.Empty(result.OneSided);
        Assert.Equal((records.Count, _lived), (result.Rows, result.Positions));
    }

    [Fact]
    public async Task A_database_that_was_locked_for_long_is_caught_up_while_calls_go_on()
    {
        Begin(HistoryAddress.Parse(_desk.Path));
        Live(500);
        using (SqliteConnection other = _desk.Connect())
        using (SqliteTransaction locks = other.BeginTransaction(deferred: false))
        {
            Live(3_000);
            Assert.NotNull(_logger!.Health.NeedsReplayFrom);
            Assert.InRange(_logger.Health.Queued, 0, s_small.QueuedMax);
            locks.Rollback();
        }
        Live(1_500);
        await IsWhole(_desk.Path);
        Live(500);
        await IsWhole(_desk.Path);
        Assert.Contains("caught up from position", _told[0]);
    }

    [Fact]
    public async Task A_file_that_was_removed_is_made_again_as_far_as_the_journal_goes_back()
    {
        Begin(HistoryAddress.Parse(_desk.Path));
        Live(250);
        Await(() => _logger!.Health.Position == 250);
        foreach (string end in (string[])["", "-wal", "-shm"]) File.Delete(_desk.Path + end);
        Live(400);
        await IsWhole(_desk.Path);
    }

    [Fact]
    public async Task A_file_that_was_replaced_by_an_older_copy_goes_on_from_there()
    {
        Begin(HistoryAddress.Parse(_desk.Path));
        Live(200);
        Await(() => _logger!.Health.Position == 200);
        using HistoryDesk copy = _desk.AfterKill();
        copy.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        Live(50);
        Await(() => _logger!.Health.Position == 250);

        File.Move(copy.Path, _desk.Path, overwrite: true);
        Live(150);

        await IsWhole(_desk.Path);
    }

    [Fact]
    public async Task A_PostgreSQL_that_was_away_at_the_start_and_again_later_is_caught_up()
    {
        string address = _server.NewDatabase();
        _server.Stop();
        Begin(HistoryAddress.Parse(address));
        Live(1_000);
        _server.Start();
        Live(1_000);
        await IsWhole(address);
        _server.Kill();
        Live(2_000);
        _server.Start();
        await IsWhole(address);
    }

    [Fact]
    public async Task A_database_that_was_dropped_and_made_again_is_filled_again()
    {
        string address = _server.NewDatabase();
        Begin(HistoryAddress.Parse(address));
        Live(250);
        Await(() => _logger!.Health.Position == 250);
        string name = PostgresServer.NameIn(address);
        _server.Execute(_server.AddressOf("postgres"), $"DROP DATABASE {name} WITH (FORCE)");
        _server.Execute(_server.AddressOf("postgres"), $"CREATE DATABASE {name}");
        Live(300);
        await IsWhole(address);
    }

    [Fact]
    public async Task A_restart_that_finds_its_history_far_behind_begins_at_once_and_catches_up_beside()
    {
        Begin(HistoryAddress.Parse(_desk.Path), snapshotEntries: 10_000);
        Live(1_000);
        await StopAsync();
        foreach (string end in (string[])["", "-wal", "-shm"]) File.Delete(_desk.Path + end);

        // Without snapshots the journal reaches back to its beginning.
        Begin(HistoryAddress.Parse(_desk.Path), snapshotEntries: 10_000);
        Assert.Equal(1_000, _replica!.Centre.Position);
        Live(200);
        await IsWhole(_desk.Path);
    }

    [Fact]
    public void What_the_journal_has_no_longer_is_told_and_nothing_is_written_past_the_gap()
    {
        Begin(HistoryAddress.Parse(_desk.Path));
        Live(3_000);
        Await(() => _logger!.Health.Position == 3_000);
        Live(1_000);
        Await(() => _logger!.Health.Position == 4_000);
        _replica!.HistoryPosition = 4_000;
        _replica.BeginSnapshot();
        while (_replica.Step()) { }
        _replica.SnapshotCompletion.Wait();
        Assert.True(_journal.FirstPosition > 1);

        foreach (string end in (string[])["", "-wal", "-shm"]) File.Delete(_desk.Path + end);
        Live(100);

        Await(() => { lock (_told) return _told.Exists(line => line.StartsWith("History cannot be caught up from position 1:", StringComparison.Ordinal)); });
        Assert.Equal((0, 1L), (_logger!.Health.Position, _logger.Health.NeedsReplayFrom));
        Assert.Empty(_desk.Rows("agent_event_detail"));
    }

    async Task StopAsync()
    {
        _catchUp?.Dispose();
        _logger?.Dispose();
        if (_replica is not null) await _replica.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _journal.DisposeAsync();
        _desk.Dispose();
    }
}
