using NodaTime;
using Tandem.Upgrade.Estates.Reading;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates;

/// <summary>
/// The questions of <c>tandem upgrade estate new</c>. Answers are read as the estate file's values are; a wrong one is asked for
/// again, with why before the question.
/// </summary>
/// <param name="ask">Question, suggestion, answer: an empty answer takes the suggestion, null is the end of the input.</param>
public sealed class EstateInterview(Func<string, string?, string?> ask, PackLibrary packs)
{
    const int NodesMax = 500;

    readonly Products _products = Products.Of(packs);
    string _why = "";

    /// <param name="withNodes">False: they come from elsewhere (<see cref="EstateCsv"/>), and so may the sites.</param>
    /// <exception cref="UpgradeException">The answers ended before the questions, or there is no pack to ask from.</exception>
    public Estate Conduct(bool withNodes = true)
    {
        if (_products.All.Count == 0) throw new UpgradeException($"there are no packs in {packs.Folder}, and without them no product is known; nothing was written");
        Product product = Answer($"Which product is it? {string.Join(", ", _products.All.Select(static p => p.Name))}", _products.All.Count == 1 ? _products.All[0].Name : null, _products.Read);
        string name = Answer("What is the estate called?", null, static f => f.Text("write a name for it") ?? "");
        string release = Answer("Which release does it run now?", null, f => Release(f, product));
        string platform = product.Packs.Any(static p => p.Method == Method.Networks)
            ? Answer("Does it run on vmware, hyper-v or bare-metal?", "vmware", static f => f.OneOf("vmware", "hyper-v", "bare-metal")) : "";
        string zone = Answer("In which time zone is it, as IANA names it (Europe/Berlin)?", null, static f => f.Zone());
        IReadOnlyList<Site> sites = withNodes ? Sites(zone) : [];
        IReadOnlyList<EstateNode> nodes = withNodes ? Nodes(product, release, sites) : [];
        return new Estate
        {
            Name = name,
            Product = product.Name,
            Release = release,
            Platform = platform,
            Zone = zone,
            Sites = sites,
            Nodes = nodes,
            Windows = Windows(zone),
            Engineers = Engineers(),
        };
    }

    static string Release(Field field, Product product)
    {
        string release = field.Text("write it as 4.5.2") ?? "";
        string[] ladder = [.. product.Packs.SelectMany(static p => p.Ladder).Distinct(StringComparer.Ordinal)];
        if (release.Length > 0 && ladder.Length > 0 && Releases.Rung(ladder, release) < 0)
            field.Reject($"no pack of {product.Name} knows release '{release}'", $"known: {string.Join(", ", ladder)}");
        return release;
    }

    IReadOnlyList<Site> Sites(string zone)
    {
        IReadOnlyList<string> names = Answer("What are its sites called? Separate them by commas", "main", SiteNames);
        return [.. names.Select(name => new Site(name, names.Count == 1 ? zone : Answer($"In which time zone is {name}?", zone, static f => f.Zone()), 0))];
    }

    static IReadOnlyList<string> SiteNames(Field field)
    {
        List<string> names = [];
        foreach (string part in (field.Text("name one site at least") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (names.Contains(part, StringComparer.OrdinalIgnoreCase)) field.Reject($"'{part}' comes twice", "name each site once");
            else if (Names.Fit(field with { Tree = new YamlText(0, part, Quoted: true) }, "name the site") is { } name) names.Add(name);
        }
        if (names.Count == 0) field.Reject("names no site", "name one at least");
        return names;
    }

    IReadOnlyList<EstateNode> Nodes(Product product, string release, IReadOnlyList<Site> sites)
    {
        if (product.Roles.Count == 0) throw new UpgradeException($"the packs of {product.Name} ({product.PackIds}) have no roles to ask for; nothing was written");
        List<EstateNode> nodes = [];
        while (nodes.Count == 0)
        {
            foreach ((string id, Role role) in product.Roles) nodes.AddRange(NodesOf(id, role, release, sites));
            if (nodes.Count == 0) _why = "An estate has one node at least.\n";
        }
        return nodes;
    }

    IEnumerable<EstateNode> NodesOf(string id, Role role, string release, IReadOnlyList<Site> sites)
    {
        if (role.Group == SidesModel.Controller)
        {
            int sides = Number($"How many sides has the {role.Name}? 2 for A and B, 1 for one alone, 0 for none", 2, 2);
            return sides == 0 ? [] : Unit(id, SidesModel.Controller, "", sides == 2, release, sites, sites[0].Name);
        }
        string kind = role.Sided ? $"{role.Name}: how many are there? A pair of sides A and B counts as one" : $"{role.Name}: how many are there?";
        int count = Number(kind, 0, NodesMax);
        if (count == 0) return [];
        int pairs = role.Sided ? Number($"{role.Name}: how many of the {count} are pairs?", count, count) : 0;
        string site = sites.Count == 1 || pairs == count ? sites[0].Name
            : Answer($"At which site {(pairs > 0 ? "are those that are no pairs" : count == 1 ? "is it" : "are they")}? {string.Join(", ", sites.Select(static s => s.Name))}", sites[0].Name, f => OneSite(f, sites));
        return Enumerable.Range(1, count).SelectMany(i => Unit(id, $"{id}-{i}", $"-{i}", i <= pairs, release, sites, site));
    }

    static string OneSite(Field field, IReadOnlyList<Site> sites)
    {
        var names = new Names("site");
        foreach (Site site in sites) names.Add(site.Name);
        return names.Refer(field);
    }

    /// <summary>Side A at the first site, side B at the second where there is one.</summary>
    static IEnumerable<EstateNode> Unit(string role, string unit, string number, bool pair, string release, IReadOnlyList<Site> sites, string site) => pair
        ?
        [
            new() { Name = $"{role}{number}{(number.Length == 0 ? "-" : "")}a", Role = role, Unit = unit, Side = "A", Site = sites[0].Name, Release = release },
            new() { Name = $"{role}{number}{(number.Length == 0 ? "-" : "")}b", Role = role, Unit = unit, Side = "B", Site = sites[Math.Min(1, sites.Count - 1)].Name, Release = release },
        ]
        : [new() { Name = $"{role}{number}", Role = role, Unit = unit, Site = site, Release = release }];

    IReadOnlyList<MaintenanceWindow> Windows(string zone)
    {
        List<MaintenanceWindow> windows = [];
        while (true)
        {
            string more = windows.Count == 0 ? "" : " Empty when there are no more";
            LocalDateTime? start = Answer($"When does maintenance window {windows.Count + 1} begin, as 2027-01-16T22:00 in {zone}?{more}", windows.Count == 0 ? null : "",
                f => windows.Count > 0 && f.IsNothing ? null : Start(f, zone, windows));
            if (start is not { } begins) return windows;
            double hours = Answer("How many hours is it long?", "8", static f => f.Number(WindowReader.HoursMin, WindowReader.HoursMax, WindowReader.HoursRight));
            var window = new MaintenanceWindow($"night-{windows.Count + 1}", begins, zone, hours, 0);
            if (windows.TrueForAll(w => w.Ends <= window.Begins || window.Ends <= w.Begins)) windows.Add(window);
            else _why = "These hours overlap a window that was given before.\n";
        }
    }

    static LocalDateTime? Start(Field field, string zone, List<MaintenanceWindow> before)
    {
        LocalDateTime? start = field.DateAndTime();
        if (start is { } read && before.Find(w => At(w.Begins) <= read && read < At(w.Ends)) is { } same)
            field.Reject($"'{same.Name}' lasts until {At(same.Ends):uuuu-MM-dd'T'HH:mm}", "begin then or later");
        return start;
        LocalDateTime At(Instant instant) => instant.InZone(DateTimeZoneProviders.Tzdb[zone]).LocalDateTime;
    }

    IReadOnlyList<Engineer> Engineers()
    {
        List<Engineer> engineers = [];
        while (true)
        {
            string name = Answer(engineers.Count == 0 ? "Who upgrades it? The first engineer's name" : "Another engineer's name? Empty when there are no more", engineers.Count == 0 ? null : "",
                f => EngineerName(f, engineers));
            if (name.Length == 0) return engineers;
            engineers.Add(new Engineer(name, Answer($"At which phone number is {name} that night? Empty when there is none", "", static f => f.IsNothing ? "" : f.Text() ?? ""), [], 0));
        }
    }

    static string EngineerName(Field field, List<Engineer> before)
    {
        if (before.Count > 0 && field.IsNothing) return "";
        string name = field.Text("write a name") ?? "";
        if (before.Exists(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) field.Reject($"'{name}' was named already", "name each once");
        return name;
    }

    int Number(string question, int suggested, int max) => Answer(question, $"{suggested}", f => f.Integer(0, max));

    T Answer<T>(string question, string? suggested, Func<Field, T> read)
    {
        while (true)
        {
            string answer = ask(_why + question, suggested)?.Trim()
                ?? throw new UpgradeException("the answers ended before the estate was complete; nothing was written");
            if (answer.Length == 0) answer = suggested ?? "";
            var problems = new Problems();
            T value = read(new Field("", "", new YamlText(0, answer, Quoted: answer.Length > 0), problems));
            _why = problems.AnyError ? Because(problems.Sorted.First(static p => !p.IsWarning)) : "";
            if (!problems.AnyError) return value;
        }
    }

    static string Because(Problem problem) => $"{char.ToUpperInvariant(problem.Wrong[0])}{problem.Wrong[1..]}; {problem.Right}.\n";
}
