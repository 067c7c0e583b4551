using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Tests.Estates;

/// <summary>Two packs on disk, with the roles and words that reading estates asks of a pack.</summary>
public sealed class TestPacks : IDisposable
{
    const string Icm = """
        id: icm-4.6.2
        product: Cisco ICM
        release: 4.6.2
        method: sides
        sources: []
        ladder: [3.x, 4.0.x, 4.1.x, 4.5.x, 4.6.x]
        roles:
          router: {name: Router, group: controller, sided: true}
          logger: {name: Logger, group: controller, sided: true}
          pg:
            name: PG
            group: gateways
            sided: true
            software:
              - {component: pcanywhere, name: PCAnywhere, accepts: ["10.5"], source: test#1}
          aw-client: {name: AW client, group: clients}
        policies:
          pg-lag:
            question: How far?
            default: one
            choices:
              - {id: one, title: one, source: test#1}
              - {id: two, title: two, source: test#1}
        saves:
          - {id: registry, title: Registry, source: test#1}
        peripherals:
          - {id: definity, name: Definity, source: test#1}
        """;

    const string MxOne = """
        id: mx-one-7
        product: Mitel MX-ONE
        release: 7.x
        method: networks
        sources: []
        roles:
          service-node: {name: Service Node, group: servers}
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("tandem-packs-").FullName;

    public TestPacks()
    {
        Write("icm-4.6.2", Icm);
        Write("mx-one-7", MxOne);
        Library = new PackLibrary(_folder);
    }

    public PackLibrary Library { get; }

    void Write(string id, string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, id));
        File.WriteAllText(Path.Combine(_folder, id, "pack.yaml"), text);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
