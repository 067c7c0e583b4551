using System.Text.Json;
using Tandem.History.Compare;
using Tandem.Node.Http;

namespace Tandem.Node.Commands;

/// <summary>A node's history, asked over its API.</summary>
sealed class NodeHistory(NodeClient node) : IHistoryReader
{
    public string Name => $"{node.Address}";

    public async Task<IReadOnlyList<HistoryExtent>> ExtentsAsync(CancellationToken stop) =>
        (await ReadAsync<HistoryExtentList>("history/extents", stop)).Extents;

    public async Task<IReadOnlyList<StretchDigest>> DigestsAsync(HistoryRange range, CancellationToken stop) =>
        (await ReadAsync<StretchDigestList>($"history/digest?generation={range.Generation}&from={range.From}&to={range.To}&length={range.Length}", stop)).Digests;

    public async Task<IReadOnlyList<ComparedRow>> RowsAsync(HistoryRange range, CancellationToken stop) =>
        (await ReadAsync<ComparedRowList>($"history/rows?generation={range.Generation}&from={range.From}&to={range.To}", stop)).Rows;

    async Task<T> ReadAsync<T>(string path, CancellationToken stop) => (await node.GetAsync(path, stop)).Deserialize<T>(Json.Lenient)!;
}
