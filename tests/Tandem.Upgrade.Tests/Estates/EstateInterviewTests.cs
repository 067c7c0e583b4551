using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Tests.Estates;

public sealed class EstateInterviewTests(TestPacks packs) : IClassFixture<TestPacks>
{
    readonly List<string> _asked = [];

    Estate Conduct(string[] answers, bool withNodes = true)
    {
        var left = new Queue<string>(answers);
        string? Ask(string question, string? suggested)
        {
            _asked.Add(question);
            return left.Count > 0 ? left.Dequeue() : null;
        }
        Estate estate = new EstateInterview(Ask, packs.Library).Conduct(withNodes);
        Assert.Empty(left);
        return estate;
    }

    [Fact]
    public void The_answers_become_an_estate_that_can_be_read_again()
    {
        Estate estate = Conduct([
            "icm", "Acme", "4.5.2", "Europe/Berlin", "east, west", "", "Europe/London",
            "", "2", "3", "2", "west", "1", "",
            "2027-01-16T22:00", "", "2027-01-17T22:00", "6", "",
            "Ana", "+1 212 555 0100", "Bo", "", ""]);

        Assert.Equal(("Cisco ICM", "Acme", "4.5.2", ""), (estate.Product, estate.Name, estate.Release, estate.Platform));
        Assert.Equal([("east", "Europe/Berlin"), ("west", "Europe/London")], estate.Sites.Select(static s => (s.Name, s.Zone)));
        Assert.Equal(
        [
            ("router-a", "controller", "A", "east"), ("router-b", "controller", "B", "west"),
            ("logger-a", "controller", "A", "east"), ("logger-b", "controller", "B", "west"),
            ("pg-1a", "pg-1", "A", "east"), ("pg-1b", "pg-1", "B", "west"),
            ("pg-2a", "pg-2", "A", "east"), ("pg-2b", "pg-2", "B", "west"),
            ("pg-3", "pg-3", "", "west"), ("aw-client-1", "aw-client-1", "", "east"),
        ], estate.Nodes.Select(static n => (n.Name, n.Unit, n.Side, n.Site)));
        Assert.Equal([("night-1", 8.0), ("night-2", 6.0)], estate.Windows.Select(static w => (w.Name, w.Hours)));
        Assert.Equal([("Ana", "+1 212 555 0100"), ("Bo", "")], estate.Engineers.Select(static e => (e.Name, e.Phone)));

        EstateReading again = EstateFile.Parse(EstateWriter.ToYaml(estate), "e.yaml", packs.Library);
        Assert.Empty(again.Problems);
        Assert.Equal(EstateExamples.Content(estate), EstateExamples.Content(again.Estate!));
    }

    [Fact]
    public void A_wrong_answer_is_asked_for_again_with_why()
    {
        Conduct([
            "Cisco ICN", "icm", "Acme", "9.9", "4.5.2", "Berlin time", "Europe/Berlin", "a b", "east",
            "3", "1", "0", "0", "0",
            "tonight", "2027-01-16T22:00", "0", "8", "2027-01-17T03:00", "2027-01-17T06:00", "8", "",
            "Ana", "", "ana", ""]);

        Assert.Equal(
        [
            "Unknown product 'Cisco ICN'; did you mean 'Cisco ICM' (icm-4.6.2)?.",
            "No pack of Cisco ICM knows release '9.9'; known: 3.x, 4.0.x, 4.1.x, 4.5.x, 4.6.x.",
            "There is no time zone 'Berlin time'; write an IANA zone such as Europe/Berlin.",
            "'a b' is no fit name; use at most 64 letters, digits and - _ . and begin with a letter or digit.",
            "'3' is not such a number; write a whole number from 0 to 2.",
            "'tonight' is no local date and time; write local date and time as 2027-01-16T22:00.",
            "'0' is not such a number; write hours, more than 0 and at most 168.",
            "'night-1' lasts until 2027-01-17T06:00; begin then or later.",
            "'ana' was named already; name each once.",
        ], _asked.Where(static q => q.Contains('\n')).Select(static q => q.Split('\n')[0]));
    }

    [Fact]
    public void An_estate_without_any_node_is_asked_for_again()
    {
        Assert.Single(Conduct(["icm", "Acme", "4.5.2", "UTC", "east", "0", "0", "0", "0", "0", "0", "1", "0", "0", "2027-01-16T22:00", "8", "", "Ana", "", ""]).Nodes);
        Assert.Contains(_asked, static q => q.StartsWith("An estate has one node at least.\n", StringComparison.Ordinal));
    }

    [Fact]
    public void A_system_that_is_moved_between_networks_is_asked_for_its_platform() =>
        Assert.Equal("bare-metal", Conduct(["mx-one", "Acme", "6.2", "bare-metal", "UTC", "main", "3", "2027-01-16T22:00", "4", "", "Ana", "", ""]).Platform);

    [Fact]
    public void Nodes_may_come_from_elsewhere()
    {
        Estate estate = Conduct(["icm", "Acme", "4.5.2", "UTC", "2027-01-16T22:00", "8", "", "Ana", "", ""], withNodes: false);
        Assert.Empty(estate.Nodes);
        Assert.Equal("pg-1", Assert.Single(EstateCsv.Parse("name,role\npg-1,pg\n", "n.csv", estate, packs.Library).Estate!.Nodes).Name);
    }

    [Fact]
    public void Without_packs_nothing_is_asked()
    {
        var none = new PackLibrary(Path.Combine(packs.Library.Folder, "none"));
        Assert.StartsWith("there are no packs in ", Assert.Throws<UpgradeException>(() => new EstateInterview(static (_, _) => "", none).Conduct()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_the_answers_ends_it_and_says_that_nothing_was_written() =>
        Assert.EndsWith("nothing was written", Assert.Throws<UpgradeException>(() => Conduct(["icm", "Acme"])).Message, StringComparison.Ordinal);
}
