namespace Tandem.Bench.Calls;

/// <summary>Reads the agents' log: an INVITE (I) at an agent while another call of it has had no BYE (B) is a phone rung by two calls.</summary>
static class RungTwice
{
    public static int Count(string log)
    {
        var calls = new Dictionary<string, string>(StringComparer.Ordinal);
        int twice = 0;
        using var file = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (file.ReadLine() is { } line)
        {
            // I 12345 agent0042 1-99-2.5bd9…@bench
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 4) continue;
            (string agent, string call) = (fields[2], fields[3]);
            if (fields[0] == "B")
            {
                if (calls.GetValueOrDefault(agent) == call) calls.Remove(agent);
                continue;
            }
            if (calls.TryGetValue(agent, out string? other) && other != call) twice++;
            calls[agent] = call;
        }
        return twice;
    }
}
