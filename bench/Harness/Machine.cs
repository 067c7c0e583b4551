using System.Globalization;
using System.Runtime.InteropServices;

namespace Tandem.Bench.Harness;

/// <summary>What figures were taken on.</summary>
sealed record Machine(string Cpu, int Cores, int MemoryGb, string Kernel, string Runtime, double Load, DateTimeOffset Taken)
{
    public static Machine Read() => new(
        Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        (int)Math.Round(Number(Field("/proc/meminfo", "MemTotal")) / (1 << 20)),
        Environment.OSVersion.Version.ToString(),
        RuntimeInformation.FrameworkDescription,
        File.Exists("/proc/loadavg") ? Number(File.ReadAllText("/proc/loadavg")) : 0,
        DateTimeOffset.UtcNow);

    public override string ToString() =>
        $"{Cpu}, {Cores} cores, {MemoryGb} GB, Linux {Kernel}, {Runtime}; load {Load.ToString("0.0", CultureInfo.InvariantCulture)} before; {Taken:yyyy-MM-dd HH:mm} UTC";

    static string? Field(string file, string name) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;

    static double Number(string? text) =>
        text is not null && double.TryParse(text.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : 0;
}
