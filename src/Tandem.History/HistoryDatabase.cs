using System.Data.Common;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.History.Postgres;
using Tandem.History.Sqlite;

namespace Tandem.History;

/// <summary>
/// The writing end of history: what happened, as rows, together with the position of the journal that they reach, in
/// one transaction. Rows at or below the position are there already: writing again what was written changes nothing.
/// After a failure the connection is given up; the next use makes a new one and reads the position again, so a commit
/// whose answer was lost counts once.
/// </summary>
/// <remarks>Used by one thread at a time. Readers open <see cref="HistoryQueries"/> beside it.</remarks>
public abstract class HistoryDatabase : IDisposable
{
    readonly long _generationFrom;
    long? _position;

    private protected HistoryDatabase(HistoryAddress address, string instance, int generation, long generationFrom)
    {
        (Address, Instance, Generation, _generationFrom) = (address, instance, generation, generationFrom);
    }

    /// <summary>Makes the tables where there are none.</summary>
    /// <param name="address">A path, or a connection: see <see cref="HistoryAddress"/>.</param>
    /// <param name="generation">Of ids and positions: a restored backup opens a new one.</param>
    /// <param name="generationFrom">The last position of the backup that this generation goes on from: up to there history may have the rows already.</param>
    /// <exception cref="HistoryException">It may not be used, and why: a newer release has written here.</exception>
    /// <exception cref="DbException">It cannot be opened, or is no database.</exception>
    public static HistoryDatabase Open(string address, string instance, int generation, long generationFrom = 0)
    {
        HistoryDatabase database = At(HistoryAddress.Parse(address), instance, generation, generationFrom);
        database.Connect();
        return database;
    }

    /// <summary>As <see cref="Open"/>, without touching it yet.</summary>
    public static HistoryDatabase At(HistoryAddress address, string instance, int generation, long generationFrom = 0) => address.File is null
        ? new PostgresHistory(address, instance, generation, generationFrom)
        : new SqliteHistory(address, instance, generation, generationFrom);

    public HistoryAddress Address { get; }
    public string Instance { get; }
    public int Generation { get; }

    /// <summary>All records of the journal up to this position are in the database, for good; 0 before the first.</summary>
    public long Position => _position ?? 0;

    /// <summary>False until the database was reached for the first time.</summary>
    public bool IsPositionKnown => _position is not null;

    /// <summary>Reached just before a commit: where a test copies the files, as a kill would leave them.</summary>
    internal Action? Committing { get; set; }

    /// <summary>Reached just after a commit, before anybody knows: where a test breaks the connection.</summary>
    internal Action? Committed { get; set; }

    /// <summary>Connects, unless there is a connection.</summary>
    /// <exception cref="HistoryWentBackException">The database has lost what it had; it is connected all the same.</exception>
    public void Connect()
    {
        if (IsConnected && !IsReplaced()) return;
        Disconnect();
        long found;
        try
        {
            Open();
            found = ReadPosition(forWriting: false) ?? Begin();
        }
        catch
        {
            Disconnect();
            throw;
        }
        Found(found);
    }

    /// <summary>Writes the records and the position reached in one transaction; all or nothing. Connects when need be.</summary>
    /// <param name="records">By rising position; the records of a position in their order and all of them together.</param>
    /// <param name="reachedPosition">Not below the records' positions.</param>
    /// <returns>How many rows were new.</returns>
    /// <exception cref="HistoryWentBackException">Nothing was written: the database is not the one it was.</exception>
    /// <exception cref="DbException">Written or not, the next use tells: <see cref="Position"/> is read again.</exception>
    public int Write(IReadOnlyList<(long Position, Record Record)> records, long reachedPosition)
    {
        Connect();
        int written;
        long reached;
        try
        {
            BeginTransaction();
            if (ReadPosition(forWriting: true) is not { } there || there < Position)
            {
                // Somebody has emptied it under our hands.
                Disconnect();
                Connect();
                throw new HistoryException($"{Address}: the position was changed by somebody else");
            }
            reached = there;
            List<HistoryRow> rows = RowsAfter(reached, records, reachedPosition);
            Insert(rows);
            written = rows.Count;
            reached = Math.Max(reached, reachedPosition);
            Reach(reached);
            Committing?.Invoke();
            Commit();
            Committed?.Invoke();
        }
        catch
        {
            // Also a way of rolling back, and the only one that is sure of a connection in disorder.
            Disconnect();
            throw;
        }
        _position = reached;
        return written;
    }

    /// <summary>
    /// Removes what was written of entries after a position, all or nothing: it came of a state that was found to be wrong, and
    /// is written anew.
    /// </summary>
    /// <exception cref="DbException">Nothing was removed.</exception>
    public void Rewind(long position)
    {
        Connect();
        try
        {
            BeginTransaction();
            if (ReadPosition(forWriting: true) is { } there && there > position)
            {
                foreach (HistoryTable table in HistorySchema.Tables) RemoveAfter(table, position);
                Reach(position);
            }
            Commit();
        }
        catch
        {
            Disconnect();
            throw;
        }
        _position = Math.Min(Position, position);
    }

    /// <summary>What a failing database throws, of whatever kind it is.</summary>
    public static bool IsFailure(Exception e) => e is DbException or HistoryException or IOException or InvalidOperationException or TimeoutException or System.Net.Sockets.SocketException;

    public void Dispose()
    {
        Disconnect();
        GC.SuppressFinalize(this);
    }

    void Found(long position)
    {
        long known = Position;
        _position = position;
        if (position < known) throw new HistoryWentBackException(Address, known, position);
    }

    static List<HistoryRow> RowsAfter(long reached, IReadOnlyList<(long Position, Record Record)> records, long reachedPosition)
    {
        var rows = new List<HistoryRow>(records.Count);
        int ordinal = 0;
        long last = 0;
        foreach ((long position, Record record) in records)
        {
            Invariant.That(position >= last && position <= reachedPosition);
            ordinal = position == last ? ordinal + 1 : 0;
            last = position;
            if (position > reached) rows.Add(new HistoryRow(position, ordinal, record));
        }
        return rows;
    }

    /// <summary>A generation that has just opened begins where the one before it had come to, but not after its own beginning.</summary>
    long Begin() => Begin(Math.Min(_generationFrom, PositionBefore(Generation)));

    // ---- what differs ----

    private protected abstract bool IsConnected { get; }
    /// <summary>The connection is to something that is no longer at the address.</summary>
    private protected virtual bool IsReplaced() => false;
    private protected abstract void Open();
    private protected abstract void Disconnect();
    private protected abstract void BeginTransaction();
    private protected abstract void Commit();
    /// <param name="forWriting">Within the transaction; nobody else changes it until its end.</param>
    private protected abstract long? ReadPosition(bool forWriting);
    /// <summary>Of the generation before one; 0 when there is none.</summary>
    private protected abstract long PositionBefore(int generation);
    /// <summary>Writes the first position, unless there is one by now; returns what holds.</summary>
    private protected abstract long Begin(long position);
    private protected abstract void Insert(List<HistoryRow> rows);
    private protected abstract void Reach(long position);
    private protected abstract void RemoveAfter(HistoryTable table, long position);
}

/// <summary>A record with its key.</summary>
/// <param name="Ordinal">The record's number among those of its position, from 0.</param>
readonly record struct HistoryRow(long Position, int Ordinal, Record Record);

/// <summary>The database was written by a newer release: this one must not touch it.</summary>
public sealed class HistoryIsNewerException(HistoryAddress address, long version)
    : HistoryException($"{address} has schema version {version}, and this release knows up to {HistorySchema.Version}: start the newer release, or restore the history of this one");

/// <summary>The database has fewer rows than it had: it was replaced or restored from a backup. What is missing is to be made again from the journal.</summary>
public sealed class HistoryWentBackException(HistoryAddress address, long known, long found)
    : HistoryException($"{address} had come to position {known} and is at {found}: it was replaced or restored");
