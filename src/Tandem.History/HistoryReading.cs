using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tandem.History.Sqlite;

namespace Tandem.History;

/// <summary>Connections that only read. The statements are the same for both kinds of databases.</summary>
static class HistoryReading
{
    /// <exception cref="DbException">It cannot be opened.</exception>
    public static DbConnection Open(HistoryAddress address)
    {
        DbConnection connection;
        if (address.File is { } file)
        {
            SystemSqlite.Use();
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
        }
        else connection = new NpgsqlConnection(address.ConnectionString());
        try
        {
            connection.Open();
            if (address.File is null)
            {
                using DbCommand only = connection.Command("SET default_transaction_read_only = on", []);
                only.ExecuteNonQuery();
            }
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
