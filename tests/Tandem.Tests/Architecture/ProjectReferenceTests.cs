using System.Xml.Linq;

namespace Tandem.Tests.Architecture;

/// <summary>The design's section 3: which project may know which. A new project needs its line here, and a reason.</summary>
public sealed class ProjectReferenceTests
{
    static readonly string[] s_product = ["Tandem.Core", "Tandem.Journal", "Tandem.Sip", "Tandem.History"];

    static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Tandem.Core"] = [],
        ["Tandem.Sip"] = [],
        ["Tandem.Media"] = [],
        ["Tandem.Journal"] = ["Tandem.Core"],
        // Records are made again from the journal (HistoryCatchUp).
        ["Tandem.History"] = ["Tandem.Core", "Tandem.Journal"],
        // What people write is read in one way, by the node and by the planner, which know nothing of each other.
        ["Tandem.Yaml"] = [],
        ["Tandem.Upgrade"] = ["Tandem.Yaml"],
        ["Tandem.Node"] = [.. s_product, "Tandem.Media", "Tandem.Yaml"],
        // Not part of the product: they may see all of it, the executable too.
        ["Tandem.Tests"] = [.. s_product, "Tandem.Media", "Tandem.Node"],
        ["Tandem.Upgrade.Tests"] = ["Tandem.Upgrade"],
        ["Tandem.Simulation"] = [.. s_product, "Tandem.Media", "Tandem.Node"],
        ["Tandem.EndToEnd"] = [.. s_product, "Tandem.Media", "Tandem.Node"],
        ["Tandem.Bench"] = [.. s_product, "Tandem.Media", "Tandem.Upgrade", "Tandem.Node"],
    };

    static IEnumerable<(string Path, string Name, XDocument Project)> Projects() =>
        Repository.Files().Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(path => (path, Path.GetFileNameWithoutExtension(path), XDocument.Parse(Repository.Read(path))));

    static IEnumerable<string> Includes(XDocument project, string kind) =>
        project.Descendants(kind).Select(element => (string?)element.Attribute("Include")).OfType<string>();

    [Fact]
    public void Every_project_refers_only_to_those_it_may_know()
    {
        string[] breaches =
        [
            .. from project in Projects()
               from reference in Includes(project.Project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
               where !s_allowed.GetValueOrDefault(project.Name, []).Contains(reference)
               select $"{project.Name} may not refer to {reference}",
        ];
        Assert.Empty(breaches);
    }

    [Fact]
    public void Every_project_is_in_the_table_and_in_the_solution()
    {
        string solution = Repository.Read("Tandem.slnx");
        Assert.All(Projects(), project =>
        {
            Assert.Contains(project.Name, s_allowed.Keys);
            Assert.Contains(project.Path, solution);
        });
    }

    [Fact]
    public void Versions_stand_in_one_place()
    {
        Assert.All(Projects(), project =>
            Assert.DoesNotContain(project.Project.Descendants("PackageReference"), package => package.Attribute("Version") is not null));
    }

    [Fact]
    public void Every_package_has_its_reason_in_the_document_of_dependencies()
    {
        string reasons = Repository.Read("docs/dependencies.md");
        string[] packages = [.. Includes(XDocument.Parse(Repository.Read("Directory.Packages.props")), "PackageVersion")];

        Assert.NotEmpty(packages);
        Assert.DoesNotContain(packages, package => !reasons.Contains($"`{package}`"));
    }

    [Fact]
    public void Every_package_is_used()
    {
        var used = Projects().SelectMany(project => Includes(project.Project, "PackageReference"))
            .Concat(Includes(XDocument.Parse(Repository.Read("Directory.Build.props")), "PackageReference")).ToHashSet();
        Assert.DoesNotContain(Includes(XDocument.Parse(Repository.Read("Directory.Packages.props")), "PackageVersion"), package => !used.Contains(package));
    }
}
