using NodaTime;
using Tandem.Upgrade.Estates;

namespace Tandem.Upgrade.Tests.Estates;

public sealed class EstateCsvTests(TestPacks packs) : IClassFixture<TestPacks>
{
    static readonly Estate s_basis = new() { Name = "Test", Product = "Cisco ICM", Release = "4.5.2", Zone = "Europe/Berlin" };

    EstateReading Read(string csv, Estate? basis = null) => EstateCsv.Parse(csv, "n.csv", basis ?? s_basis, packs.Library);

    string[] Wrong(string csv, Estate? basis = null)
    {
        EstateReading reading = Read(csv, basis);
        Assert.Null(reading.Estate);
        return [.. reading.Problems.Select(static p => p.ToString())];
    }

    [Fact]
    public void Rows_become_nodes_and_their_sites()
    {
        EstateReading reading = Read(""""
            name,role,unit,side,site,address,RAM,cpu,CPU load,disk_free,os,pcanywhere,software.infomaker,saved.registry,endpoints
            router-a,router,,A,east,192.0.2.1,2GB,700MHz,35%,4GB,windows-nt 4.0 SP6a,10.5,,2027-01-10,
            pg-1b,pg,pg-1,B,west,192.0.2.2,1024,,,,"windows-2000, ""SP2""",,7.0.3,,3

            """");
        Assert.Empty(reading.Problems);
        Estate estate = reading.Estate!;
        Assert.Equal(["east", "west"], estate.Sites.Select(static s => s.Name));
        EstateNode router = estate.Nodes[0], pg = estate.Nodes[1];
        Assert.Equal(("controller", "A", "4.5.2", 2), (router.Unit, router.Side, router.Release, router.Line));
        Assert.Equal(new Hardware(2048, 700, 35, 4096, 2), router.Hardware);
        Assert.Equal(new LocalDate(2027, 1, 10), router.Saved["registry"]);
        Assert.Equal("windows-2000, \"SP2\"", pg.Software["os"]);
        Assert.Equal("7.0.3", pg.Software["infomaker"]);
        Assert.Equal(("pg-1", 3L), (pg.Unit, pg.Endpoints));
    }

    [Fact]
    public void What_was_read_from_rows_can_be_written_as_an_estate_file()
    {
        Estate estate = Read("name,role,side,site\r\nrouter-a,router,A,east\r\nrouter-b,router,B,east\r\n").Estate!;
        EstateReading again = EstateFile.Parse(EstateWriter.ToYaml(estate), "e.yaml", packs.Library);
        Assert.Empty(again.Problems);
        Assert.Equal(EstateExamples.Content(estate), EstateExamples.Content(again.Estate!));
    }

    [Fact]
    public void Semicolons_separate_as_well() => Assert.Equal(["pg-1"], Read("name;role\npg-1;pg\n").Estate!.Nodes.Select(static n => n.Name));

    [Fact]
    public void Errors_name_line_and_column() => Assert.Equal(
        [
            "n.csv:2: column 4 (ram): 'much' is no such quantity; write a size such as 1536MB, 1.5GB or 2GB",
            "n.csv:3: column 2 (role): Cisco ICM has no role 'routr'; did you mean 'router'?",
            "n.csv:4: 'name' is missing; name the node",
            "n.csv:5: column 1 (name): there is a node 'pg-1' already, at n.csv:2; give each a name of its own",
            "n.csv:5: column 5: the row has 5 values, and the header 4; quote values with commas in them",
        ],
        Wrong("name,role,side,ram\npg-1,pg,,much\nr,routr,,\n,pg,,\npg-1,pg,,2GB,4GB\n"));

    [Fact]
    public void Unknown_missing_and_repeated_columns_are_told()
    {
        string[] told = Wrong("name,sied,name\npg-1,A,x\n");
        Assert.Contains("n.csv:1: column 2 (sied): unknown column 'sied'; did you mean 'side'?", told);
        Assert.Contains("n.csv:1: column 3 (name): the column comes twice, first as column 1 (name); keep one of the two", told);
        Assert.Contains("n.csv:1: there is no column 'role'; write it in the first line", told);
    }

    [Theory]
    [InlineData("name,role\npg-1,\"pg\n", "n.csv:2: character 6: the quote that begins here does not end; close it, and double quotes within")]
    [InlineData("name,role\npg-1,p\"g\n", "n.csv:2: character 7: a quote stands within a value that is not quoted; put the whole value in quotes, and double those within")]
    [InlineData("name,role\n\"pg\"-1,pg\n", "n.csv:2: character 5: text follows the closing quote; double the quotes within a quoted value")]
    public void Broken_quotes_are_told_with_their_place(string csv, string told) => Assert.Contains(told, Wrong(csv));

    [Fact]
    public void A_quoted_value_may_go_over_lines_and_lines_are_still_counted() =>
        Assert.Equal(["n.csv:4: column 2 (role): Cisco ICM has no role 'routr'; did you mean 'router'?"], Wrong("name,role,os\npg-1,pg,\"two\nlines\"\nr,routr,\n"));

    [Fact]
    public void Sites_that_were_given_before_are_the_only_ones() => Assert.Equal(
        ["n.csv:2: column 3 (site): there is no site 'eats'; did you mean 'east'?"],
        Wrong("name,role,site\npg-1,pg,eats\n", s_basis with { Sites = [new Site("east", "Europe/Berlin", 0)] }));

    [Theory]
    [InlineData("", "n.csv: the file is empty; write a header such as name,role,unit,side,site,ram and a row for each node")]
    [InlineData("name,role\n", "n.csv: there is no row below the header; write a header such as name,role,unit,side,site,ram and a row for each node")]
    public void A_file_without_rows_is_told(string csv, string told) => Assert.Equal([told], Wrong(csv));
}
