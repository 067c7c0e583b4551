using Tandem.Node.ConfigurationFiles;

namespace Tandem.Tests.ConfigurationFiles;

public sealed class ConfigurationDifferenceTests : IDisposable
{
    const string Before = """
        settings: {default-label: busy}
        skill-groups: {sales: {ring-time: 20s, wrap-up: 10s}, support: }
        agents: {ana: {skill-groups: [sales]}, bo: }
        phones: {101: {password: one}, 104: }
        scripts:
          s: {nodes: {a: {wait: {time: 10s, next: b}}, b: busy}}
          t: {nodes: {a: {time: {open-hours: mon-fri 08:00-18:00}}}}
        """;

    readonly ConfigurationDesk _desk = new();

    [Fact]
    public void Every_change_is_a_line_that_people_understand()
    {
        var old = _desk.Good(Before);
        var @new = _desk.Good("""
            settings: {default-label: release:480, zone: Europe/Berlin, rona: {no-answer: 3}}
            skill-groups: {sales: {ring-time: 15s}, support: }
            agents: {ana: {skill-groups: [sales, support]}, eli: }
            phones: {101: {password: two}}
            scripts:
              s: {nodes: {a: {wait: {time: 20s, next: c}}, c: {release: 480}}}
              t: {nodes: {a: {time: {open-hours: [mon-thu 08:00-18:00, fri 08:00-16:00]}}}}
            """);

        Assert.Equal(
        [
            "~ settings.zone UTC → Europe/Berlin",
            "~ settings.default-label busy → release:480",
            "~ settings.rona.no-answer 2 → 3",
            "~ skill group sales: ring-time 20s → 15s, wrap-up 10s → the setting's",
            "~ agent ana: skill-groups sales → sales support",
            "+ agent eli",
            "- agent bo",
            "~ phone 101: password changed",
            "- phone 104",
            "~ script s: node a changed (wait.time 10s → 20s, wait.next b → c), node c added, node b removed",
            "~ script t: node a changed (time.periods mon,tue,wed,thu,fri 08:00-18:00 → mon,tue,wed,thu 08:00-18:00 fri 08:00-16:00)",
        ], ConfigurationDifference.Between(old, @new));
    }

    [Fact]
    public void The_order_of_names_in_the_file_means_nothing() =>
        Assert.Empty(ConfigurationDifference.Between(
            _desk.Good("agents: {ana: , bo: }\nphones: {7: }"), _desk.Good("phones: {7: }\nagents: {bo: , ana: }")));

    public void Dispose() => _desk.Dispose();
}
