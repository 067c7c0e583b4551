using Microsoft.Data.Sqlite;

namespace Tandem.EndToEnd;

/// <summary>One row of termination_call_detail.</summary>
public sealed record Part(long Call, int Number, string Dialed, string Calling, string Agent, string Device, int Disposition, long QueueUs, long RingUs, long TalkUs, long HoldUs, long WorkUs, int Status);

/// <summary>What history's database says, read as anybody may read it.</summary>
public static class Records
{
    public const int AbandonedInQueue = 2, AbandonedRinging = 3, AbandonedHeld = 6, NoAnswer = 10, Busy = 11, Reorder = 12, Handled = 13, Redirected = 15, Rona = 19;

    public static List<Part> Parts(NodeApi node)
    {
        Tandem.History.SystemSqlite.Use();
        using var connection = new SqliteConnection($"Data Source={node.HistoryPath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT call, part, dialed, calling, agent, device, disposition, queue_us, ring_us, talk_us, hold_us, work_us, status
            FROM termination_call_detail ORDER BY call, part, position
            """;
        var parts = new List<Part>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
            parts.Add(new Part(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt32(6),
                row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt32(12)));
        return parts;
    }

    /// <summary>
    /// Waits until history has these rows and no others, in the order of calls and parts. Each is "0 DISPOSITION" for the
    /// caller's view, "N DISPOSITION WHO" for an offer. Agents' rows come after wrap-up.
    /// </summary>
    public static async Task<List<Part>> AreAsync(NodeApi node, params string[] expected)
    {
        List<Part> parts = [];
        string[] said = [];
        await Eventually.TrueAsync(() =>
        {
            parts = Parts(node);
            said = [.. parts.Select(static p => p.Number == 0 ? $"0 {p.Disposition}" : $"{p.Number} {p.Disposition} {(p.Agent.Length > 0 ? p.Agent : p.Device)}")];
            return Task.FromResult(said.Length >= expected.Length);
        }, () => $"history to hold [{string.Join(", ", expected)}]; it holds [{string.Join(", ", said)}]");
        Assert.Equal(expected, said);
        return parts;
    }
}
