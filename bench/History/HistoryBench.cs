using System.Diagnostics;
using System.Globalization;
using Tandem.Bench.Harness;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.History;
using Tandem.History.Compare;
using Tandem.Tests.History;
using Record = Tandem.Core.Schema.Record;

namespace Tandem.Bench.History;

/// <summary>
/// Rows per second into SQLite and PostgreSQL, both flushing to this disk, by the logger in its own groups; then both are
/// compared. Rows are those of calls as they are: a route with its steps, two parts and three agent events for a call.
/// </summary>
static class HistoryBench
{
    const int RowsOfCall = 6;
    /// <summary>1,000 calls/s make so many rows.</summary>
    const double RowsMin = 6_000;

    internal static int Run(string[] args)
    {
        var options = new Arguments(args, "json", "rounds", "calls");
        var report = new Report("history", options.Has("json"));
        int rounds = options.Number("rounds", 5), calls = options.Number("calls", 50_000);
        report.Begin($"{calls:N0} calls of {RowsOfCall} rows a round, {rounds} rounds");
        string folder = Directory.CreateTempSubdirectory("tandem-bench-").FullName;
        using PostgresServer server = PostgresServer.Durable();
        try
        {
            string file = Path.Combine(folder, "history.sqlite"), database = server.NewDatabase();
            List<double> sqlite = [], postgres = [];
            long position = 0;
            for (int round = 0; round < rounds; round++)
            {
                List<(long, List<Record>)> day = Calls(position + 1, calls);
                sqlite.Add(Write(file, day));
                postgres.Add(Write(database, day));
                position = day[^1].Item1;
                report.Line(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: SQLite {sqlite[^1]:N0} rows/s, PostgreSQL {postgres[^1]:N0} rows/s"));
            }
            long began = Stopwatch.GetTimestamp();
            ComparisonResult result = HistoryComparison.RunAsync(new DatabaseReader(HistoryAddress.Parse(file)), new DatabaseReader(HistoryAddress.Parse(database))).GetAwaiter().GetResult();
            double verify = Stopwatch.GetElapsedTime(began).TotalSeconds;
            double median = Math.Min(Report.Median(sqlite), Report.Median(postgres));
            double fileBytes = new FileInfo(file).Length / (double)result.Rows, databaseBytes = double.Parse(server.Query(database, "SELECT pg_database_size(current_database())")[0], CultureInfo.InvariantCulture) / result.Rows;
            report.Line("");
            report.Line(string.Create(CultureInfo.InvariantCulture,
                $"medians: SQLite {Report.Median(sqlite):N0} rows/s, PostgreSQL {Report.Median(postgres):N0} rows/s; verify of {result.Rows:N0} rows {verify:0.0} s, {(result.AreEqual ? "equal" : "THEY DIFFER")}; {fileBytes:0} and {databaseBytes:0} bytes a row with indexes"));
            return report.End(result.AreEqual && median > RowsMin, new { calls, rounds, sqlite_rows_per_second = Report.Median(sqlite), postgresql_rows_per_second = Report.Median(postgres), sqlite, postgres, verified_rows = result.Rows, verify_seconds = verify, sqlite_bytes_per_row = fileBytes, postgresql_bytes_per_row = databaseBytes, equal = result.AreEqual });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static double Write(string address, List<(long Position, List<Record> Records)> day)
    {
        using var logger = new Logger(HistoryDatabase.Open(address, "bench", 1));
        long began = Stopwatch.GetTimestamp();
        int rows = 0;
        foreach ((long position, List<Record> records) in day)
        {
            logger.EnqueueWaiting(position, records);
            rows += records.Count;
        }
        if (!logger.Flush()) throw new BenchException($"{logger.Health.Failure}");
        return rows / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Ten positions a call, four of them with records.</summary>
    static List<(long, List<Record>)> Calls(long first, int count)
    {
        var day = new List<(long, List<Record>)>(count * 4);
        for (int i = 0; i < count; i++)
        {
            long at = first + i * 10L, call = EntityId.Pack(1, at, 0), us = 1_790_000_000_000_000 + at * 1000;
            string agent = $"agent{i % 500}", device = $"phone{i % 500}", calling = $"+4930{i:0000000}";
            day.Add((at, [new Record { AgentEvent = new AgentEventDetail { Agent = agent, UnixUs = us, State = 8, PreviousState = 3, PreviousUs = 4_000_000, Call = call } }]));
            var route = new RouteCallDetail { Call = call, Dialed = "1000", Calling = calling, CallType = "sales", Label = $"agent:{agent}", StartUnixUs = us, EndUnixUs = us + 2_000_000 };
            foreach (string kind in (string[])["if", "queue", "offer", "answered"])
                route.Steps.Add(new RouteStep { TimeUs = us, Position = at, Script = "sales", ScriptVersion = 3, Node = "wait-for-sales", Kind = kind, Choice = "group sales, priority 5", Reason = "longest available of 12" });
            day.Add((at + 2, [new Record { Route = route }, new Record { AgentEvent = new AgentEventDetail { Agent = agent, UnixUs = us + 2_000_000, State = 4, PreviousState = 8, PreviousUs = 2_000_000, Call = call } }]));
            var whole = new TerminationCallDetail
            {
                Call = call, Dialed = "1000", Calling = calling, CallType = "sales", SkillGroup = "sales", Agent = agent, Device = device, Disposition = 13, StartUnixUs = us, EndUnixUs = us + 60_000_000,
                QueueUs = 1_500_000, RingUs = 500_000, TalkUs = 58_000_000, WaitUs = 2_000_000, Status = 200, Variables = { new Variable { Name = "customer", Value = $"{i:000000}" } },
            };
            day.Add((at + 6, [new Record { Termination = whole }, new Record { AgentEvent = new AgentEventDetail { Agent = agent, UnixUs = us + 60_000_000, State = 6, PreviousState = 4, PreviousUs = 58_000_000, Call = call } }]));
            day.Add((at + 9, [new Record { Termination = new TerminationCallDetail(whole) { Part = 1, WorkUs = 10_000_000, EndUnixUs = us + 70_000_000 } }]));
        }
        return day;
    }
}
