using Tandem.Upgrade.Estates.Reading;
using Tandem.Upgrade.Packs;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates;

/// <summary>
/// The nodes of an estate from comma-separated values, one row each, under a header with the names of the estate file's keys.
/// What nodes do not have is asked elsewhere (<see cref="EstateInterview"/>), and comes as an estate without nodes.
/// </summary>
public static class EstateCsv
{
    static readonly string[] s_own = ["name", "role", "unit", "side", "site", "release", "address", "priority", "endpoints", "cti-managers"];
    static readonly string[] s_hardware = ["ram", "cpu", "cpu-load", "disk-free"];
    static readonly string[] s_components = ["os", "sql"];
    static readonly char[] s_betweenItems = [' ', ';', '|'];

    /// <param name="basis">All but the nodes; sites that only the nodes name are added in the estate's zone when it has none.</param>
    public static EstateReading Load(string path, Estate basis, PackLibrary? packs = null)
    {
        try
        {
            return Parse(File.ReadAllText(path), path, basis, packs);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new EstateReading(null, [new Problem(path, 0, "", unreadable.Message, "name a file of comma-separated values that can be read")]);
        }
    }

    public static EstateReading Parse(string text, string fileName, Estate basis, PackLibrary? packs = null)
    {
        var problems = new Problems();
        IReadOnlyList<IReadOnlyList<CsvCell>> rows = new CsvRows(text, fileName, problems).Read();
        if (rows.Count < 2)
        {
            problems.Add(new Problem(fileName, 0, "", rows.Count == 0 ? "the file is empty" : "there is no row below the header", "write a header such as name,role,unit,side,site,ram and a row for each node"));
            return new EstateReading(null, problems.Sorted);
        }

        Product product = Products.Of(packs).All.FirstOrDefault(p => p.IsCalled(basis.Product)) ?? Product.Unknown(basis.Product);
        var columns = new Columns(rows[0], fileName, problems, [.. s_components.Union(product.Components)]);
        var sites = new Names("site");
        foreach (Site site in basis.Sites) sites.Add(site.Name);
        if (!sites.Any)
            foreach (string site in rows.Skip(1).Select(columns.SiteOf).Where(static s => s.Length > 0)) sites.Add(site);
        var clusterNodes = new Names("cluster node");
        foreach (ClusterNode node in basis.Clusters.SelectMany(static c => c.Nodes)) clusterNodes.Add(node.Name);

        // The rows are read as the estate file's nodes are, and what is wrong with a key is told of its column.
        var ofNodes = new Problems();
        var reader = new NodeReader(product, basis.Release, sites, clusterNodes);
        IReadOnlyList<EstateNode> nodes = reader.Read(rows.Skip(1).Select(row => columns.Keys(row, ofNodes)));
        foreach (Problem problem in ofNodes.Sorted) problems.Add(problem with { Field = columns.Label(problem.Field) });

        Estate estate = basis with
        {
            Sites = basis.Sites.Count > 0 ? basis.Sites : [.. sites.All.Select(s => new Site(s, basis.Zone, 0))],
            Nodes = nodes,
            File = fileName,
        };
        return new EstateReading(problems.AnyError ? null : estate, problems.Sorted);
    }

    /// <summary>The header: where in the estate file each column's values belong.</summary>
    sealed class Columns
    {
        readonly string _file;
        readonly Problems _problems;
        readonly List<(string Section, string Key)?> _places = [];
        readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

        public Columns(IReadOnlyList<CsvCell> header, string file, Problems problems, IReadOnlyList<string> components)
        {
            (_file, _problems) = (file, problems);
            foreach (CsvCell cell in header)
            {
                string name = cell.Value.ToLowerInvariant().Replace(' ', '-').Replace('_', '-');
                string label = $"column {_places.Count + 1} ({cell.Value})";
                (string Section, string Key)? place = PlaceOf(name, components);
                if (place is null)
                    Reject(cell, label, $"unknown column '{cell.Value}'", NearestName.Of(name, [.. s_own, .. s_hardware, .. components]) is { } near
                        ? $"did you mean '{near}'?"
                        : $"known: {string.Join(", ", [.. s_own, .. s_hardware, .. components])}, software.COMPONENT, saved.ITEM");
                else if (!_labels.TryAdd(Path(place.Value), label))
                {
                    Reject(cell, label, $"the column comes twice, first as {_labels[Path(place.Value)]}", "keep one of the two");
                    place = null;
                }
                _places.Add(place);
            }
            foreach (string needed in (string[])["name", "role"])
                if (!_labels.ContainsKey(needed)) Reject(header[0], "", $"there is no column '{needed}'", "write it in the first line");
        }

        static (string, string)? PlaceOf(string name, IReadOnlyList<string> components)
        {
            if (s_own.Contains(name, StringComparer.Ordinal)) return ("", name);
            if (s_hardware.Contains(name, StringComparer.Ordinal)) return ("hardware", name);
            if (components.Contains(name, StringComparer.Ordinal)) return ("software", name);
            string[] parts = name.Split('.', 2);
            return parts is ["software" or "saved", { Length: > 0 }] || (parts is ["hardware", var key] && s_hardware.Contains(key, StringComparer.Ordinal)) ? (parts[0], parts[1]) : null;
        }

        static string Path((string Section, string Key) place) => place.Section.Length == 0 ? place.Key : $"{place.Section}.{place.Key}";

        void Reject(CsvCell cell, string label, string wrong, string right) => _problems.Add(new Problem(_file, cell.Line, label, wrong, right));

        public string SiteOf(IReadOnlyList<CsvCell> row) =>
            _places.IndexOf(("", "site")) is >= 0 and int column && column < row.Count ? row[column].Value : "";

        /// <summary>The column of a key's path, <c>hardware.ram</c>; items of lists are of their list's.</summary>
        public string Label(string path) => _labels.GetValueOrDefault(path.Split('[')[0], path);

        /// <summary>A row as the mapping that the estate file would have.</summary>
        public Mapping Keys(IReadOnlyList<CsvCell> row, Problems problems)
        {
            if (row.Count > _places.Count)
                Reject(row[_places.Count], $"column {_places.Count + 1}", $"the row has {row.Count} values, and the header {_places.Count}", "quote values with commas in them");
            var sections = new Dictionary<string, List<(YamlText, YamlTree)>>(StringComparer.Ordinal) { [""] = [] };
            for (int i = 0; i < Math.Min(row.Count, _places.Count); i++)
            {
                if (_places[i] is not var (section, key) || row[i].Value.Length == 0) continue;
                if (!sections.TryGetValue(section, out List<(YamlText, YamlTree)>? pairs)) sections[section] = pairs = [];
                pairs.Add((new YamlText(row[i].Line, key, Quoted: false), Value(key, row[i])));
            }
            int line = row[0].Line;
            (YamlText, YamlTree)[] all =
            [
                .. sections[""],
                .. sections.Where(static s => s.Key.Length > 0).Select(s => (new YamlText(line, s.Key, Quoted: false), (YamlTree)new YamlMap(line, s.Value))),
            ];
            return new Mapping(new Field(_file, "", new YamlMap(line, all), problems), all);
        }

        static YamlTree Value(string key, CsvCell cell) => key == "cti-managers"
            ? new YamlList(cell.Line, [.. cell.Value.Split(s_betweenItems, StringSplitOptions.RemoveEmptyEntries).Select(v => new YamlText(cell.Line, v, Quoted: true))])
            : new YamlText(cell.Line, cell.Value, Quoted: true);
    }
}
