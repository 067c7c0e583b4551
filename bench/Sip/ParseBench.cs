using System.Diagnostics;
using System.Text;
using Tandem.Sip;

namespace Tandem.Bench.Sip;

/// <summary>INVITEs per second on one thread: split, structured parse of what every transaction needs, validation; and what the heap pays.</summary>
static class ParseBench
{
    const int Runs = 7;
    const double RunSeconds = 0.7;

    /// <summary>The promise. Judged per second of CPU (all of the process's threads, the collector's too), so that a busy machine does not decide.</summary>
    const double PerSecondMin = 300_000;

    public sealed record ParseResult(int Messages, double BytesAverage, double PerSecondMedian, double PerSecondBest, double PerCpuSecondMedian, double AllocatedBytesPerMessage, double MinimumBytesPerMessage);

    internal static int Run(string[] args)
    {
        ParseResult result = Run();
        if (args.Contains("--json"))
            Console.WriteLine(
                $$"""{"bench":"sip-parse","messages":{{result.Messages}},"bytes_average":{{result.BytesAverage:F0}},"per_second_median":{{result.PerSecondMedian:F0}},"per_second_best":{{result.PerSecondBest:F0}},"per_cpu_second_median":{{result.PerCpuSecondMedian:F0}},"allocated_bytes_per_message":{{result.AllocatedBytesPerMessage:F0}}}""");
        else
            Console.WriteLine(
                $"sip-parse: {result.PerSecondMedian:N0} INVITEs/s (best {result.PerSecondBest:N0}; per second of CPU {result.PerCpuSecondMedian:N0}) on one thread, {result.Messages} messages of {result.BytesAverage:F0} bytes on average, {result.AllocatedBytesPerMessage:F0} bytes allocated each, {result.MinimumBytesPerMessage:F0} of them the message's own copy");
        return result.PerCpuSecondMedian >= PerSecondMin ? 0 : 1;
    }

    public static ParseResult Run()
    {
        byte[][] corpus = Load();
        foreach (byte[] message in corpus)
            if (SipParser.Parse(message, out _) is var fault and not Malformed.No) throw new InvalidDataException($"The corpus has a malformed message: {fault} in {Encoding.UTF8.GetString(message)}");
        Measure(corpus, 0.5);
        double[] rates = new double[Runs];
        double[] cpuRates = new double[Runs];
        double allocated = 0;
        for (int run = 0; run < Runs; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            (long messages, rates[run]) = Measure(corpus, RunSeconds);
            cpuRates[run] = messages / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / messages;
        }
        Array.Sort(rates);
        Array.Sort(cpuRates);
        double average = corpus.Average(message => message.Length);
        return new ParseResult(corpus.Length, average, rates[Runs / 2], rates[^1], cpuRates[Runs / 2], allocated, average);
    }

    static (long Messages, double PerSecond) Measure(byte[][] corpus, double seconds)
    {
        long started = Stopwatch.GetTimestamp();
        long messages = 0;
        long check = 0;
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            for (int round = 0; round < 200; round++)
                foreach (byte[] bytes in corpus)
                {
                    if (SipParser.Parse(bytes, out SipMessage? message) != Malformed.No) throw new InvalidDataException("The corpus changed.");
                    check += Read(message!);
                }
            messages += 200 * corpus.Length;
        }
        if (check == 0) throw new InvalidDataException("Nothing was read.");
        return (messages, messages / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    // All of the fields, with their parts.
    static int Read(SipMessage message) =>
        message.Uri.Host.Length + message.TopVia.Branch.Length + message.From.Uri.User.Length + message.To.Uri.Host.Length + message.CallId.Length + (int)message.CSeq +
        message.Contact.Uri.Port + message.MaxForwards + message.ContentLength;

    static byte[][] Load()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Sip", "corpus");
        string[] files = Directory.GetFiles(folder, "*.sip");
        Array.Sort(files, StringComparer.Ordinal);
        return [.. files.Select(File.ReadAllBytes)];
    }
}
