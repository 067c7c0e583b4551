using System.Globalization;

namespace Tandem.Node.Guarding;

/// <summary>
/// What the data directory says of the node that a guardian started last: a guardian that was itself killed leaves a node
/// without anybody to watch it, and a dead one's incarnation without a last will. Programs that want the node's process find
/// it here too: the file <c>node.running</c> holds process, start, incarnation.
/// </summary>
/// <param name="Started">As the kernel tells it (proc(5), stat, field 22): a number that was given to another process since is not it.</param>
sealed record LeftNode(int Process, long Started, ulong Incarnation)
{
    public static string PathIn(string data) => Path.Combine(data, "node.running");

    public static LeftNode? Read(string data)
    {
        try
        {
            string[] words = File.ReadAllText(PathIn(data)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            return words.Length == 3 ? new LeftNode(int.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture), ulong.Parse(words[2], CultureInfo.InvariantCulture)) : null;
        }
        catch (Exception e) when (e is IOException or FormatException or OverflowException)
        {
            return null;
        }
    }

    public static LeftNode Of(int process, ulong incarnation) => new(process, StartOf(process) ?? 0, incarnation);

    /// <summary>As a whole: on a full disk the file says what it said.</summary>
    public void Write(string data)
    {
        string beside = PathIn(data) + ".new";
        File.WriteAllText(beside, string.Create(CultureInfo.InvariantCulture, $"{Process} {Started} {Incarnation}\n"));
        File.Move(beside, PathIn(data), overwrite: true);
    }

    public static void Remove(string data) => File.Delete(PathIn(data));

    public bool IsAlive => StartOf(Process) == Started;

    /// <summary>Ends it if it still lives. False when even SIGKILL does not.</summary>
    public bool End(TimeSpan patience)
    {
        // Its guardian is gone, and a healthy node leaves by itself then.
        long until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (IsAlive && Environment.TickCount64 < until) Thread.Sleep(20);
        if (!IsAlive) return true;
        Posix.Signal(Process, Posix.Kill);
        until = Environment.TickCount64 + 5_000;
        while (IsAlive && Environment.TickCount64 < until) Thread.Sleep(5);
        return !IsAlive;
    }

    /// <summary>Null: there is no such process, or only its zombie.</summary>
    static long? StartOf(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            // The name, in parentheses, may hold blanks.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
