using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

using Configuration = Tandem.Core.Schema.Configuration;

/// <summary>
/// What a new configuration changes, in lines for people: <c>+ agent eli</c>, <c>- phone 104</c>,
/// <c>~ skill group sales: ring-time 20s → 15s</c>. Drawn from the schema, so a new field shows without code here.
/// </summary>
public static class ConfigurationDifference
{
    /// <summary>Empty when the two mean the same; the order of named things means nothing.</summary>
    public static IReadOnlyList<string> Between(Configuration old, Configuration @new)
    {
        var lines = new List<string>();
        foreach (FieldDescriptor field in Configuration.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsRepeated) CompareNamed(ItemsOf(field, old), ItemsOf(field, @new), KindOf(field), lines);
            else lines.AddRange(Changes(field, old, @new, "").Select(change => $"~ {change}"));
        }
        return lines;
    }

    static void CompareNamed(Dictionary<string, IMessage> old, Dictionary<string, IMessage> @new, string kind, List<string> lines)
    {
        foreach ((string name, IMessage item) in @new)
        {
            if (!old.TryGetValue(name, out IMessage? before)) lines.Add($"+ {kind} {name}");
            else if (!item.Equals(before)) lines.Add($"~ {kind} {name}: {string.Join(", ", Changes(before, item, ""))}");
        }
        lines.AddRange(old.Keys.Where(name => !@new.ContainsKey(name)).Select(name => $"- {kind} {name}"));
    }

    static IEnumerable<string> Changes(IMessage old, IMessage @new, string path) =>
        @new.Descriptor.Fields.InDeclarationOrder().SelectMany(field => Changes(field, old, @new, path));

    static IEnumerable<string> Changes(FieldDescriptor field, IMessage old, IMessage @new, string path)
    {
        object? before = field.Accessor.GetValue(old), after = field.Accessor.GetValue(@new);
        if (Equals(before, after)) yield break;
        string name = path + WordsOf(field);

        if (field.GetOptions()?.GetExtension(MarksExtensions.Sealed) == true)
            yield return Secret(((ByteString)before).Length, ((ByteString)after).Length);
        else if (field.IsRepeated && field.FieldType == FieldType.Message && IsNamed(field.MessageType))
            foreach (string change in NodeChanges(ItemsOf(field, old), ItemsOf(field, @new), KindOf(field))) yield return change;
        else if (field.FieldType == FieldType.Message && !field.IsRepeated && before is IMessage from && after is IMessage to && from is not Label)
            foreach (string change in Changes(from, to, name + ".")) yield return change;
        else
            yield return $"{name} {Show(field, before)} → {Show(field, after)}";
    }

    static IEnumerable<string> NodeChanges(Dictionary<string, IMessage> old, Dictionary<string, IMessage> @new, string kind)
    {
        var lines = new List<string>();
        foreach ((string name, IMessage item) in @new)
        {
            if (!old.TryGetValue(name, out IMessage? before)) lines.Add($"{kind} {name} added");
            else if (!item.Equals(before)) lines.Add($"{kind} {name} changed ({string.Join(", ", Changes(before, item, ""))})");
        }
        lines.AddRange(old.Keys.Where(name => !@new.ContainsKey(name)).Select(name => $"{kind} {name} removed"));
        return lines;
    }

    static string Secret(int before, int after) => before == 0 ? "password set" : after == 0 ? "password removed" : "password changed";

    static string Show(FieldDescriptor field, object? value) => value switch
    {
        null or "" => "none",
        Label label => Labels.Format(label),
        Period period => Periods.Format(period),
        // A skill group's -1: as the settings say.
        -1L => "the setting's",
        long ms when field.Name.EndsWith("_ms", StringComparison.Ordinal) => Durations.Format(ms),
        bool flag => flag ? "yes" : "no",
        string text => text,
        System.Collections.IList { Count: 0 } => "none",
        System.Collections.IList list => string.Join(" ", list.Cast<object?>().Select(item => Show(field, item))),
        IMessage message => $"({string.Join(", ", message.Descriptor.Fields.InDeclarationOrder()
            .Where(inner => inner.IsRepeated || !Equals(inner.Accessor.GetValue(message), DefaultOf(inner)))
            .Select(inner => $"{WordsOf(inner)} {Show(inner, inner.Accessor.GetValue(message))}"))})",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    static object? DefaultOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => "",
        FieldType.Bool => false,
        FieldType.Int32 => 0,
        FieldType.Int64 => 0L,
        _ => null,
    };

    /// <summary>The items of a repeated field by name; of two with one name the later.</summary>
    static Dictionary<string, IMessage> ItemsOf(FieldDescriptor field, IMessage message)
    {
        FieldDescriptor key = KeyOf(field.MessageType);
        var items = new Dictionary<string, IMessage>(StringComparer.Ordinal);
        foreach (IMessage item in (System.Collections.IEnumerable)field.Accessor.GetValue(message))
            items[string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{key.Accessor.GetValue(item)}")] = item;
        return items;
    }

    static bool IsNamed(MessageDescriptor type) => type.Fields[1].Name is "name" or "number" or "code";

    /// <summary>Every named message of the configuration has its name as field 1.</summary>
    static FieldDescriptor KeyOf(MessageDescriptor type) => type.Fields[1];

    /// <summary>"skill group" of skill_groups: one of the things that the field holds.</summary>
    static string KindOf(FieldDescriptor field) => field.Name switch
    {
        "holidays" => "holiday calendar",
        var name => name.TrimEnd('s').Replace('_', ' '),
    };

    /// <summary>The field's name as configuration files write it.</summary>
    static string WordsOf(FieldDescriptor field)
    {
        string name = field.Name.EndsWith("_ms", StringComparison.Ordinal) ? field.Name[..^3] : field.Name;
        return name.Replace('_', '-');
    }
}
