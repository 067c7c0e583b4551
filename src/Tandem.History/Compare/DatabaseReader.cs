using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tandem.History.Postgres;
using Tandem.History.Sqlite;

namespace Tandem.History.Compare;

/// <summary>A history's database, read directly, while another writes.</summary>
public sealed class DatabaseReader(HistoryAddress address) : IHistoryReader
{
    public string Name { get; } = address.ToString();

    /// <exception cref="HistoryException">It holds no history.</exception>
    public Task<IReadOnlyList<HistoryExtent>> ExtentsAsync(CancellationToken stop) => ReadAsync<HistoryExtent>(connection =>
    {
        using DbCommand command = connection.Command("SELECT instance, generation, kept_from, position FROM position ORDER BY instance, generation", []);
        using DbDataReader row = command.ExecuteReader();
        var extents = new List<HistoryExtent>();
        while (row.Read()) extents.Add(new HistoryExtent(row.GetString(0), (int)row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        return extents;
    }, stop);

    public Task<IReadOnlyList<StretchDigest>> DigestsAsync(HistoryRange range, CancellationToken stop) => ReadAsync<StretchDigest>(connection =>
    {
        var digests = new List<(int Table, StretchDigest Digest)>();
        for (int i = 0; i < HistorySchema.Tables.Length; i++)
        {
            using var digester = new Digester(HistorySchema.Tables[i], range);
            Read(connection, HistorySchema.Tables[i], range, digester.Take, stop);
            digester.End();
            foreach (StretchDigest digest in digester.Digests) digests.Add((i, digest));
        }
        return [.. digests.OrderBy(static d => (d.Digest.From, d.Table)).Select(static d => d.Digest)];
    }, stop);

    public Task<IReadOnlyList<ComparedRow>> RowsAsync(HistoryRange range, CancellationToken stop) => ReadAsync<ComparedRow>(connection =>
    {
        var rows = new List<ComparedRow>();
        foreach (HistoryTable table in HistorySchema.Tables)
            Read(connection, table, range, (position, ordinal, columns) => rows.Add(new ComparedRow(table.Name, position, ordinal, RowEncoding.Values(table, columns))), stop);
        return rows;
    }, stop);

    Task<IReadOnlyList<T>> ReadAsync<T>(Func<DbConnection, IReadOnlyList<T>> read, CancellationToken stop) => Task.Run(() =>
    {
        if (address.File is { } file && !File.Exists(file)) throw new HistoryException($"{file}: there is no such file");
        try
        {
            using DbConnection connection = HistoryReading.Open(address);
            return read(connection);
        }
        catch (DbException e)
        {
            throw new HistoryException($"{address}: {e.Message}");
        }
    }, stop);

    static void Read(DbConnection connection, HistoryTable table, HistoryRange range, TakeRow take, CancellationToken stop)
    {
        if (connection is SqliteConnection sqlite) SqliteRows.Read(sqlite, table, range, take, stop);
        else PostgresRows.Read((NpgsqlConnection)connection, table, range, take, stop);
    }

    /// <summary>Digests of a table's rows as they come.</summary>
    sealed class Digester(HistoryTable table, HistoryRange range) : IDisposable
    {
        const int KeyBytes = 12;
        readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Handed to the hash in larger pieces: it has a cost for each call.
        readonly byte[] _pending = new byte[1 << 16];
        int _length;
        long _stretch = -1, _rows;

        public List<StretchDigest> Digests { get; } = [];

        public void Take(long position, int ordinal, ReadOnlySpan<byte> columns)
        {
            long stretch = (position - range.From) / range.Length;
            if (stretch != _stretch) End();
            _stretch = stretch;
            _rows++;
            if (_length + KeyBytes + columns.Length > _pending.Length) Flush();
            BinaryPrimitives.WriteInt64BigEndian(_pending.AsSpan(_length), position);
            BinaryPrimitives.WriteInt32BigEndian(_pending.AsSpan(_length + 8), ordinal);
            _length += KeyBytes;
            if (_length + columns.Length <= _pending.Length)
            {
                columns.CopyTo(_pending.AsSpan(_length));
                _length += columns.Length;
                return;
            }
            Flush();
            _hash.AppendData(columns);
        }

        public void End()
        {
            if (_rows == 0) return;
            Flush();
            Digests.Add(new StretchDigest(range.From + _stretch * range.Length, table.Name, _rows, Convert.ToHexStringLower(_hash.GetHashAndReset())));
            _rows = 0;
        }

        void Flush()
        {
            _hash.AppendData(_pending, 0, _length);
            _length = 0;
        }

        public void Dispose() => _hash.Dispose();
    }
}
