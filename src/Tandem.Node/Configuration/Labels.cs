using System.Globalization;
using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

/// <summary>Labels as text: <c>agent:ana</c>, <c>group:sales</c>, <c>extension:101</c>, <c>external:+4930123</c>, <c>busy</c>, <c>release:486</c>.</summary>
static class Labels
{
    const string Right = "write agent:NAME, group:NAME, extension:NAME, external:NUMBER, busy or release:STATUS";

    /// <summary>The label of a field, its references remembered; null when there is none.</summary>
    public static Label? Read(Field? field, Names names)
    {
        if (field?.Text(Right) is not { } text) return null;
        string[] parts = text.Split(':', 2);
        string target = parts.Length == 2 ? parts[1] : "";
        switch (parts[0])
        {
            case "busy" when parts.Length == 1:
                return new Label { Busy = true };
            case "agent" when target.Length > 0:
                names.Refer(Named.Agent, target, field);
                return new Label { Agent = target };
            case "group" when target.Length > 0:
                names.Refer(Named.SkillGroup, target, field);
                return new Label { SkillGroup = target };
            case "extension" when target.Length > 0:
                names.Refer(Named.Phone, target, field);
                return new Label { Extension = target };
            case "external" when IsNumber(target):
                return new Label { External = target };
            case "external":
                field.Reject($"'{target}' is no number", "write digits, * and #, with + before an international number");
                return null;
            case "release" when int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int status) && status is >= 400 and <= 699:
                return new Label { Release = status };
            case "release":
                field.Reject($"'{target}' is no SIP status that ends a call", "write a status from 400 to 699, e.g. release:486");
                return null;
            default:
                field.Reject($"'{text}' is no label", Right);
                return null;
        }
    }

    /// <summary>A label for when the contact centre itself cannot decide: it may need no decision.</summary>
    public static Label? ReadDefault(Field? field, Names names)
    {
        Label? label = Read(field, names);
        if (label?.KindCase is not (Label.KindOneofCase.Agent or Label.KindOneofCase.SkillGroup)) return label;
        field!.Reject("a default label may not name an agent or a skill group: it applies when nobody can choose one",
            "write extension:NAME, external:NUMBER, busy or release:STATUS");
        return null;
    }

    public static bool IsNumber(string text) =>
        text.TrimStart('+').Length > 0 && text.LastIndexOf('+') <= 0 && text.All(c => char.IsAsciiDigit(c) || "+*#".Contains(c));

    public static string Format(Label label) => label.KindCase switch
    {
        Label.KindOneofCase.Agent => $"agent:{label.Agent}",
        Label.KindOneofCase.SkillGroup => $"group:{label.SkillGroup}",
        Label.KindOneofCase.Extension => $"extension:{label.Extension}",
        Label.KindOneofCase.External => $"external:{label.External}",
        Label.KindOneofCase.Busy => "busy",
        Label.KindOneofCase.Release => $"release:{label.Release}",
        _ => "none",
    };
}
