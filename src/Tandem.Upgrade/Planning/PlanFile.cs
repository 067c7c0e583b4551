using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Tandem.Upgrade.Running;

namespace Tandem.Upgrade.Planning;

/// <summary>A plan's folder has it as <c>plan.json</c>; its bytes are what a run's record begins with.</summary>
public static class PlanFile
{
    public const string Name = "plan.json";

    /// <summary>What the plan was made of, beside it.</summary>
    public const string EstateCopy = "estate.yaml", PackCopy = "pack.yaml";

    /// <summary>Of every JSON file that is made from a plan.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        // Chinese stays legible.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string PathIn(string folder) => Path.Combine(folder, Name);

    /// <exception cref="UpgradeException">There is none, it cannot be read, or another version of the tool wrote it.</exception>
    public static Plan Load(string folder)
    {
        string path = PathIn(folder);
        byte[] bytes = Read(path);
        try
        {
            CheckFormat(path, bytes);
            Plan plan = JsonSerializer.Deserialize<Plan>(bytes, Json) ?? throw new UpgradeException($"{path} holds no plan; {Again}");
            CheckSteps(path, plan);
            return plan;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            string place = e is JsonException { LineNumber: { } line } ? $"{path}:{line + 1}" : path;
            throw new UpgradeException($"{place}: {e.Message} {Again}", e);
        }
    }

    /// <summary>The file of this plan.</summary>
    public static byte[] Bytes(Plan plan) => [.. JsonSerializer.SerializeToUtf8Bytes(plan, Json), (byte)'\n'];

    /// <summary>Makes the folder when it is missing.</summary>
    /// <exception cref="UpgradeException">It cannot be written, or a run of another plan was begun in this folder.</exception>
    public static void Save(Plan plan, string folder)
    {
        string path = PathIn(folder);
        byte[] bytes = Bytes(plan);
        try
        {
            Directory.CreateDirectory(folder);
            // The record of a run begins with the hash of its plan: another plan would make it look forged.
            if (RunRecord.IsIn(folder) && !(File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes)))
                throw new UpgradeException($"{folder} has the record of a run ({RunRecord.FileName}), which belongs to the plan that is there; write the new plan to another folder (--out)");
            string written = path + ".new";
            File.WriteAllBytes(written, bytes);
            File.Move(written, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException($"{path} cannot be written: {e.Message}", e);
        }
    }

    const string Again = "Make it again with: tandem upgrade plan ESTATE --to PACK --out FOLDER";

    static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UpgradeException($"there is no plan at {path}; give the folder that `tandem upgrade plan … --out FOLDER` wrote", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException($"{path} cannot be read: {e.Message}", e);
        }
    }

    static void CheckFormat(string path, byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("format", out JsonElement written) || !written.TryGetInt32(out int format))
            throw new UpgradeException($"{path} is no plan: it names no format. {Again}");
        if (format != Plan.CurrentFormat)
            throw new UpgradeException($"{path} has format {format}, and this version reads {Plan.CurrentFormat}; use the version that wrote it, or make the plan again");
    }

    static void CheckSteps(string path, Plan plan)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (Step step in plan.Steps)
            if (!known.Add(step.Id)) throw new UpgradeException($"{path}: two steps have the id {step.Id}. {Again}");
        foreach (Step step in plan.Steps)
            foreach (string before in step.After)
                if (!known.Contains(before)) throw new UpgradeException($"{path}: step {step.Id} comes after {before}, which is no step of the plan. {Again}");
    }
}
