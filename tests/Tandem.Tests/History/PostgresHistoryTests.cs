using System.Collections.Concurrent;
using Npgsql;
using Tandem.Core.Schema;
using Tandem.History;
using Record = Tandem.Core.Schema.Record;

namespace Tandem.Tests.History;

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresHistoryTests(PostgresServer server)
{
    static readonly LoggerOptions s_quick = new(TimeSpan.FromMilliseconds(20), CommitRows: 10, QueuedMax: 2_000, TimeSpan.FromMilliseconds(20));

    readonly string _address = server.NewDatabase();

    HistoryDatabase Open(int generation = 1, long from = 0) => HistoryDatabase.Open(_address, "main", generation, from);

    string[] Rows(string table) => server.Query(_address, $"SELECT position, ordinal FROM {table} ORDER BY generation, position, ordinal");

    static string[] Expected(long last, int ordinal) => [.. Enumerable.Range(1, (int)last).Select(position => $"{position}.{ordinal}")];

    static void Await(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, TimeSpan.FromSeconds(20)));

    [Fact]
    public void Writing_again_what_was_written_changes_nothing()
    {
        using HistoryDatabase database = Open();

        Assert.Equal(6, database.Write(HistoryDesk.Records(1, 3), 3));
        Assert.Equal(0, database.Write(HistoryDesk.Records(1, 3), 3));
        Assert.Equal(4, database.Write(HistoryDesk.Records(2, 5), 5));
        database.Write([], 700);

        Assert.Equal(Expected(5, 1), Rows("termination_call_detail"));
        Assert.Equal(Expected(5, 0), Rows("agent_event_detail"));
        using HistoryDatabase again = Open();
        Assert.Equal(700, again.Position);
    }

    [Fact]
    public void A_server_killed_before_the_commit_has_neither_rows_nor_position()
    {
        using HistoryDatabase database = Open();
        database.Write(HistoryDesk.Records(1, 2), 2);
        database.Committing = server.Kill;

        Assert.True(HistoryDatabase.IsFailure(Assert.ThrowsAny<Exception>(() => database.Write(HistoryDesk.Records(3, 900), 900))));
        server.Start();

        Assert.Equal(Expected(2, 1), Rows("termination_call_detail"));
        database.Committing = null;
        Assert.Equal(2 * 898, database.Write(HistoryDesk.Records(3, 900), 900));
        Assert.Equal(Expected(900, 0), Rows("agent_event_detail"));
    }

    [Fact]
    public void A_commit_whose_answer_was_lost_counts_once()
    {
        using HistoryDatabase database = Open();
        database.Committed = () => throw new IOException("the connection died");

        Assert.Throws<IOException>(() => database.Write(HistoryDesk.Records(1, 40), 40));
        database.Committed = null;
        Assert.Equal(0, database.Write(HistoryDesk.Records(1, 40), 40));

        Assert.Equal(40, database.Position);
        Assert.Equal(Expected(40, 1), Rows("termination_call_detail"));
    }

    [Fact]
    public void Every_row_is_there_once_after_five_kills_of_the_server_while_rows_come()
    {
        using var logger = new Logger(Open(), s_quick with { QueuedMax = 100_000 });
        long position = 0;
        for (int kill = 0; kill < 5; kill++)
        {
            long until = position + 400;
            for (; position < until; position++)
            {
                logger.Enqueue(position + 1, HistoryDesk.At(position + 1));
                if (position % 8 == 0) Thread.Sleep(1);
            }
            server.Kill();
            for (until = position + 50; position < until; position++) logger.Enqueue(position + 1, HistoryDesk.At(position + 1));
            Await(() => logger.Health.Failure is not null);
            server.Start();
        }

        Await(() => logger.Health.Position == position);
        Assert.Null(logger.Health.Failure);
        Assert.Equal(Expected(position, 1), Rows("termination_call_detail"));
        Assert.Equal(Expected(position, 0), Rows("agent_event_detail"));
    }

    [Fact]
    public void A_logger_begins_without_its_database_and_knows_the_position_when_it_comes()
    {
        using (HistoryDatabase database = Open()) database.Write(HistoryDesk.Records(1, 7), 7);
        server.Stop();
        using Logger logger = Logger.Open(HistoryAddress.Parse(_address), "main", 1, options: s_quick);
        Assert.NotNull(logger.Health.Failure);
        Assert.Equal(20, logger.StartFrom(journalEnd: 20));
        logger.Reached(20);
        logger.Enqueue(21, HistoryDesk.At(21));
        Assert.Equal(0, logger.Health.Queued);

        server.Start();

        Await(() => logger.Health is { Failure: null, Position: 7 });
        Assert.Equal(8, logger.Health.NeedsReplayFrom);
    }

    [Fact]
    public void A_database_of_a_newer_release_is_refused_and_left_alone()
    {
        Open().Dispose();
        server.Execute(_address, "UPDATE history_schema SET version = 99");

        var address = HistoryAddress.Parse(_address);
        string message = Assert.Throws<HistoryIsNewerException>(() => Logger.Open(address, "main", 1)).Message;

        Assert.Equal($"{address} has schema version 99, and this release knows up to 2: start the newer release, or restore the history of this one", message);
    }

    [Fact]
    public void A_database_that_is_not_UTF8_is_refused()
    {
        string latin = server.AddressOf("latin");
        server.Execute(server.AddressOf("postgres"), "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");

        Assert.Contains("ENCODING 'UTF8'", Assert.Throws<HistoryException>(() => HistoryDatabase.Open(latin, "main", 1)).Message);
    }

    [Fact]
    public void A_text_that_the_server_would_refuse_does_not_stop_history()
    {
        using HistoryDatabase database = Open();
        var odd = new TerminationCallDetail { Call = 7, Dialed = "a\0b", Calling = "\ud800x", Variables = { new Variable { Name = "v", Value = "a\0" } } };
        database.Write([(1, new Record { Termination = odd })], 1);

        TerminationCallDetail found = new HistoryQueries(_address, "main").Call(7)!.Parts[0];
        Assert.Equal(("a\ufffdb", "\ufffdx", "a\0"), (found.Dialed, found.Calling, found.Variables[0].Value));
    }

    [Fact]
    public void Calls_and_events_are_found_as_in_a_file()
    {
        var whole = new TerminationCallDetail
        {
            Call = 42, Dialed = "1000", Calling = "+4930", CallType = "sales", SkillGroup = "sales", Agent = "ana", Device = "101", Disposition = 13,
            StartUnixUs = 1, EndUnixUs = 2, QueueUs = 3, RingUs = 4, TalkUs = 5, HoldUs = 6, WorkUs = 7, WaitUs = 8, Status = 200, ByDefaultLabel = true,
            Variables = { new Variable { Name = "customer", Value = "Gauß" } },
        };
        var route = new RouteCallDetail { Call = 42, Dialed = "1000", Label = "agent:ana", Steps = { new RouteStep { TimeUs = 1L << 60, Script = "sales", Reason = "1 ready" } } };
        using (HistoryDatabase database = Open())
        {
            database.Write([(9, new Record { Route = route }), (9, new Record { Termination = whole })], 9);
            database.Write(HistoryDesk.Records(10, 12), 12);
        }
        var queries = new HistoryQueries(_address, "main");

        Assert.Equal([whole], queries.Call(42)!.Parts);
        Assert.Equal([route], queries.Call(42)!.Routes);
        Assert.Null(queries.Call(43));
        Assert.Equal(["1-12", "1-11", "1-10"], queries.LastCalls(3).Select(call => Core.EntityId.Format(call.Call)));
        Assert.Equal([12_000, 11_000], queries.AgentEvents("ana", 2).Select(at => at.UnixUs));
        Assert.Equal([12_000], queries.AgentEvents(null, 1).Select(at => at.UnixUs));
    }

    [Theory]
    [InlineData(7, 10, 7)]
    [InlineData(20, 10, 10)]
    public void A_new_generation_goes_on_where_its_backup_ended(long backup, long known, long begins)
    {
        using (HistoryDatabase first = Open()) first.Write(HistoryDesk.Records(1, known), known);

        using HistoryDatabase second = Open(generation: 2, backup);

        Assert.Equal(begins, second.Position);
        Assert.Equal(2, second.Write(HistoryDesk.Records(begins, begins + 1), begins + 1));
    }

    [Fact]
    public void Two_writers_of_one_database_by_mistake_double_nothing()
    {
        var failures = new ConcurrentQueue<Exception>();
        Parallel.For(0, 2, _ =>
        {
            using HistoryDatabase database = Open();
            for (int first = 1; first < 400; first += 20)
            {
                try
                {
                    database.Write(HistoryDesk.Records(first, first + 19), first + 19);
                }
                catch (NpgsqlException e)
                {
                    failures.Enqueue(e);
                }
            }
        });
        Assert.Empty(failures);
        Assert.Equal(Expected(400, 1), Rows("termination_call_detail"));
    }
}
