using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Tandem.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tandem.Upgrade.Estates;

/// <summary>Writes estates so that <see cref="EstateFile"/> reads the same again. What is empty is left out.</summary>
public static class EstateWriter
{
    /// <summary>As <see cref="EstateNode.Priority"/> is when nothing is written.</summary>
    const int PriorityDefault = 100;

    const string Header = "# An estate for tandem upgrade. docs/upgrade/estate-file.md says what each key means.\n";

    public static string ToYaml(Estate estate)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, Tree(estate), depth: 0);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return Header + text;
    }

    static YamlMap Tree(Estate estate) => new MapBuilder()
        .Add("estate", estate.Name)
        .Add("product", estate.Product)
        .Add("release", estate.Release)
        .Add("zone", estate.Zone)
        .Add("platform", estate.Platform)
        .Add("sites", estate.Sites, static s => new MapBuilder().Add("name", s.Name).Add("zone", s.Zone))
        .Add("nodes", estate.Nodes, n => Node(n, estate.Release))
        .Add("peripherals", estate.Peripherals, static p => new MapBuilder()
            .Add("name", p.Name).Add("kind", p.Kind).Add("release", p.Release).Add("pg", p.Pg).Add("verified", Flag(p.Verified)))
        .Add("clusters", estate.Clusters, static c => new MapBuilder().Add("name", c.Name)
            .Add("nodes", c.Nodes, static n => new MapBuilder().Add("name", n.Name).Add("role", n.Role).Add("cti-manager", n.CtiManager)))
        .Add("networks", estate.Networks, static n => new MapBuilder()
            .Add("name", n.Name).Add("purpose", n.Purpose).Add("prefix", n.Prefix).Add("gateway", n.Gateway))
        .Add("customisations", estate.Customisations, static c => new MapBuilder()
            .Add("kind", c.Kind).Add("name", c.Name).Add("saved", Day(c.Saved)).Add("reviewed", Flag(c.Reviewed)))
        .Add("counts", estate.Counts.Select(static c => (c.Key, Number(c.Value))))
        .Add("facts", estate.Facts.Select(static f => (f.Key, f.Value)))
        .Add("windows", estate.Windows, w => new MapBuilder()
            .Add("name", w.Name).Add("start", LocalDateTimePattern.GeneralIso.Format(w.Start)).Add("zone", w.Zone == estate.Zone ? "" : w.Zone).Add("hours", Number(w.Hours)))
        .Add("engineers", estate.Engineers, static e => new MapBuilder().Add("name", e.Name).Add("phone", e.Phone).Add("windows", e.Windows))
        .Add("contacts", estate.Contacts, static c => new MapBuilder().Add("name", c.Name).Add("role", c.Role).Add("phone", c.Phone).Add("mail", c.Mail))
        .Add("default-route-plan", estate.DefaultRoutePlan, static p => new MapBuilder().Add("in-place", Flag(p.InPlace)).Add("tested", Day(p.Tested)))
        .Add("media", estate.Media, static m => new MapBuilder().Add("ordered", Day(m.Ordered)).Add("copies", Number(m.Copies)))
        .Add("lab", estate.Lab, static l => new MapBuilder().Add("done", Day(l.Done)).Add("meets-requirements", Flag(l.MeetsRequirements)))
        .Add("freeze", estate.Freeze, static f => new MapBuilder().Add("from", Day(f.From)))
        .Add("other-upgrades", estate.OtherUpgrades, static u => new MapBuilder()
            .Add("component", u.Component).Add("to", u.To).Add("window", u.Window).Add("date", Day(u.Date)))
        .Add("policies", estate.Policies.Select(static p => (p.Key, p.Value)))
        .Add("test-minutes", estate.TestMinutes.Select(static t => (t.Key, Number(t.Value))))
        .Add("calls-per-hour", [.. estate.CallsPerHour.Select(Number)])
        .Add("order", estate.Order, static o => new MapBuilder().Add(o.Do, o.Nodes, evenEmpty: true).Add("minutes", o.Minutes is { } minutes ? Number(minutes) : ""))
        .Add("learned", estate.Learned.Select(static l => (l.Key, Number(l.Value))))
        .Add("commands", estate.Commands.Select(static c => (c.Step, c.CommandLine)))
        .Map;

    static MapBuilder Node(EstateNode node, string release) => new MapBuilder()
        .Add("name", node.Name)
        .Add("role", node.Role)
        .Add("unit", node.Unit)
        .Add("side", node.Side)
        .Add("site", node.Site)
        .Add("release", node.Release == release ? "" : node.Release)
        .Add("address", node.Address)
        .Add("priority", node.Priority == PriorityDefault ? "" : Number(node.Priority))
        .Add("hardware", node.Hardware, static h => new MapBuilder()
            .Add("ram", Size(h.RamMb)).Add("cpu", h.CpuMhz is { } mhz ? $"{mhz}MHz" : "").Add("cpu-load", h.CpuLoadPercent is { } load ? $"{load}%" : "").Add("disk-free", Size(h.DiskFreeMb)))
        .Add("software", node.Software.Select(static s => (s.Key, s.Value)))
        .Add("saved", node.Saved.Select(static s => (s.Key, Day(s.Value))))
        .Add("cti-managers", node.CtiManagers)
        .Add("endpoints", node.Endpoints == 0 ? "" : Number(node.Endpoints));

    static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    static string Day(LocalDate? day) => day is { } known ? LocalDatePattern.Iso.Format(known) : "";
    static string Flag(bool? flag) => flag switch { true => "true", false => "false", null => "" };
    static string Size(int? mb) => mb switch { null => "", > 0 when mb % 1024 == 0 => $"{mb / 1024}GB", _ => $"{mb}MB" };

    /// <summary>The document and the lists of things in blocks, each other thing on one line.</summary>
    static void Emit(Emitter emitter, YamlTree tree, int depth)
    {
        switch (tree)
        {
            case YamlText text:
                bool plain = !text.IsNothing;
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text.Value, plain ? ScalarStyle.Any : ScalarStyle.DoubleQuoted, plain, true));
                break;
            case YamlList list:
                bool things = list.Items.Any(static i => i is YamlMap);
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, things && depth == 1 ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (YamlTree item in list.Items) Emit(emitter, item, depth + 1);
                emitter.Emit(new SequenceEnd());
                break;
            case YamlMap map:
                bool wide = depth == 0 || (depth == 2 && map.Pairs.Any(static p => p.Value is YamlMap));
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, wide ? MappingStyle.Block : MappingStyle.Flow));
                foreach ((YamlText key, YamlTree value) in map.Pairs)
                {
                    Emit(emitter, key, depth + 1);
                    Emit(emitter, value, depth + 1);
                }
                emitter.Emit(new MappingEnd());
                break;
        }
    }

    /// <summary>A mapping in which nothing empty comes.</summary>
    sealed class MapBuilder
    {
        readonly List<(YamlText, YamlTree)> _pairs = [];

        public YamlMap Map => new(0, _pairs);

        public MapBuilder Add(string key, string value) => value.Length == 0 ? this : Put(key, Text(value));

        public MapBuilder Add(string key, IReadOnlyList<string> values, bool evenEmpty = false) =>
            values.Count == 0 && !evenEmpty ? this : Put(key, new YamlList(0, [.. values.Select(Text)]));

        public MapBuilder Add(string key, IEnumerable<(string Key, string Value)> pairs)
        {
            (YamlText, YamlTree)[] made = [.. pairs.Select(static p => (Text(p.Key), (YamlTree)Text(p.Value)))];
            return made.Length == 0 ? this : Put(key, new YamlMap(0, made));
        }

        public MapBuilder Add<T>(string key, IReadOnlyList<T> things, Func<T, MapBuilder> write) =>
            things.Count == 0 ? this : Put(key, new YamlList(0, [.. things.Select(t => write(t).Map)]));

        /// <summary>A thing without anything in it is written, too: it is there.</summary>
        public MapBuilder Add<T>(string key, T? thing, Func<T, MapBuilder> write) where T : class =>
            thing is null ? this : Put(key, write(thing).Map);

        MapBuilder Put(string key, YamlTree value)
        {
            _pairs.Add((Text(key), value));
            return this;
        }

        static YamlText Text(string value) => new(0, value, Quoted: false);
    }
}
