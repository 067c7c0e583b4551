using System.Reflection;
using Tandem.Core;

namespace Tandem.Tests.Architecture;

/// <summary>The design's section 4, rule 2: no clock, I/O, tasks, culture, host zone data or floating point in the core.</summary>
public sealed class CoreIsDeterministicTests
{
    /// <summary>What the analyzer must refuse while people write.</summary>
    static readonly string[] s_banned =
    [
        "T:System.DateTime", "T:System.DateTimeOffset", "T:System.TimeProvider", "T:System.Diagnostics.Stopwatch", "T:System.Environment",
        "T:System.TimeZoneInfo", "T:System.Random", "T:System.Guid", "T:System.Security.Cryptography.RandomNumberGenerator",
        "T:System.Threading.Tasks.Task", "T:System.Threading.Tasks.ValueTask", "T:System.Threading.Thread", "T:System.Threading.Timer",
        "T:System.Threading.Monitor", "T:System.Threading.Interlocked", "T:System.Console", "T:System.IO.File", "T:System.IO.FileStream",
        "T:System.Net.Sockets.Socket", "T:System.Globalization.CultureInfo", "T:System.Double", "T:System.Single", "T:System.Decimal",
    ];

    /// <summary>What must not be in the compiled core either: the same, and whole families that it has no business with.</summary>
    static readonly string[] s_families =
    [
        "System.Threading.", "System.IO.File", "System.IO.Directory", "System.IO.Path", "System.Net.", "System.Diagnostics.Stopwatch",
        "System.Diagnostics.Process", "System.Security.Cryptography.RandomNumberGenerator", "NodaTime.SystemClock", "NodaTime.IClock",
        "NodaTime.TimeZones.BclDateTimeZone", "Microsoft.",
    ];

    /// <summary>What the compiler or a library brings in, each with its reason.</summary>
    static readonly Dictionary<string, string> s_harmless = new()
    {
        ["System.Environment.get_CurrentManagedThreadId"] = "iterators made of `yield` ask whether their own thread runs them again; no result depends on it",
        ["System.Globalization.CultureInfo.get_InvariantCulture"] = "formats and parses the same everywhere: it is the host's culture that is banned",
    };

    /// <summary>
    /// Written by people: the schema's generated code reads and writes protocol buffers and decides nothing. Through
    /// Google.Protobuf it names streams and floating point, which no message of ours holds.
    /// </summary>
    static IEnumerable<Type> WrittenTypes =>
        typeof(ContactCentre).Assembly.GetTypes().Where(type => type.Namespace != "Tandem.Core.Schema");

    [Fact]
    public void The_analyzer_knows_what_the_core_may_not_use()
    {
        var known = Repository.Read("src/Tandem.Core/BannedSymbols.txt").Split('\n').Select(line => line.Split(';')[0].Trim()).ToHashSet();
        Assert.DoesNotContain(s_banned, symbol => !known.Contains(symbol));
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", Repository.Read("src/Tandem.Core/Tandem.Core.csproj"));
    }

    [Fact]
    public void The_compiled_core_uses_nothing_that_differs_between_two_runs()
    {
        var banned = s_banned.Select(symbol => symbol[2..]).ToHashSet();
        string[] breaches =
        [
            .. from use in CompiledCode.UsesOf(WrittenTypes)
               let name = use.Type.FullName ?? use.Type.Name
               let bare = name.Split('`')[0]
               where banned.Contains(bare) || s_families.Any(family => name.StartsWith(family, StringComparison.Ordinal))
               where use.Member is null || !s_harmless.ContainsKey($"{use.Member.DeclaringType?.FullName}.{use.Member.Name}")
               select $"{use.Where} uses {name}{(use.Member is null ? "" : $" ({use.Member.Name})")}",
        ];
        Assert.Empty(breaches.Distinct());
    }

    [Fact]
    public void The_compiled_core_computes_without_floating_point() =>
        Assert.Empty(CompiledCode.FloatingPointIn(WrittenTypes));

    [Fact]
    public void Messages_hold_no_floating_point()
    {
        var files = new[] { Core.Schema.EntryReflection.Descriptor, Core.Schema.ConfigurationReflection.Descriptor, Core.Schema.RecordsReflection.Descriptor, Core.Schema.SnapshotReflection.Descriptor };
        Assert.Empty(from file in files
                     from message in file.MessageTypes
                     from field in message.Fields.InDeclarationOrder()
                     where field.FieldType is Google.Protobuf.Reflection.FieldType.Double or Google.Protobuf.Reflection.FieldType.Float
                     select field.FullName);
    }

    [Fact]
    public void The_check_sees_a_clock_a_task_and_floating_point_where_they_are()
    {
        string[] seen = [.. CompiledCode.UsesOf([typeof(Offender)]).Select(use => use.Type.FullName!)];

        Assert.Contains("System.DateTime", seen);
        Assert.Contains("System.Threading.Tasks.Task", seen);
        Assert.Contains("Offender.Half", string.Join(" ", CompiledCode.FloatingPointIn([typeof(Offender)])));
        Assert.DoesNotContain("Offender.Clock", string.Join(" ", CompiledCode.FloatingPointIn([typeof(Offender)])));
    }

    static class Offender
    {
        public static long Clock() => DateTime.UtcNow.Ticks;
        public static object Waits() => Task.CompletedTask;
        public static int Half(int of) => (int)(of * 0.5);
    }
}
