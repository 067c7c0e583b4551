using Tandem.Node.Pair;

namespace Tandem.Tests.Pair;

/// <summary>A side file for tests in which nothing of it is to be opened.</summary>
static class SideFiles
{
    /// <param name="other">Where the other side's API is.</param>
    public static SideOptions A(TemporaryFolder folder, string other) => SideFile.Load(folder.Write("side-a.yaml", $$"""
        instance: main
        side: A
        data: a
        sip: 127.0.0.2:5060
        http: 127.0.0.2:8080
        address-moves: none
        etcd: {endpoints: [http://127.0.0.1:2379, http://127.0.0.1:2389, http://127.0.0.1:2399]}
        other-side: {http: "http://{{other}}"}
        """)).Options!;
}
