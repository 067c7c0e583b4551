using Tandem.Core.Schema;

namespace Tandem.Core.Scripts;

/// <summary>Labels as people write them: <c>agent:ana</c>, <c>busy</c>, <c>release:503</c>.</summary>
public static class Labels
{
    public static string Text(Label? label) => label?.KindCase switch
    {
        Label.KindOneofCase.Agent => $"agent:{label.Agent}",
        Label.KindOneofCase.SkillGroup => $"group:{label.SkillGroup}",
        Label.KindOneofCase.Extension => $"extension:{label.Extension}",
        Label.KindOneofCase.External => $"external:{label.External}",
        Label.KindOneofCase.Busy => "busy",
        Label.KindOneofCase.Release => $"release:{label.Release}",
        _ => "",
    };
}
