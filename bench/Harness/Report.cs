using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tandem.Bench.Harness;

/// <summary>Lines for people as it goes on, or one JSON object at the end.</summary>
sealed class Report(string bench, bool json)
{
    static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Machine _machine = Machine.Read();

    public void Begin(string what)
    {
        if (json) return;
        Console.WriteLine($"{bench}: {what}");
        Console.WriteLine($"on {_machine}");
        Console.WriteLine();
    }

    public void Line(string text)
    {
        if (!json) Console.WriteLine(text);
    }

    public int End(bool passed, object figures)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { bench, machine = _machine, passed, figures }, s_json));
        return passed ? 0 : 1;
    }

    public static double Percentile(double[] sorted, double of) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * of))];
    public static double Median(IEnumerable<double> of) => Percentile([.. of.Order()], 0.5);
}
