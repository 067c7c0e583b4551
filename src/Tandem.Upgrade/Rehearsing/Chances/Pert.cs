using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Rehearsing.Chances;

/// <summary>
/// A duration of which the least, the usual and the most are known: the beta distribution of PERT, whose mean is (least + 4 usual +
/// most) / 6. Drawn from a table of its quantiles; exactly the usual when all three are equal.
/// </summary>
sealed class Pert
{
    const int Cells = 2048, Quantiles = 1024;
    static readonly double[] s_none = [];

    readonly double _least, _span;
    readonly double[] _quantiles;

    Pert(double least, double span, double[] quantiles) => (_least, _span, _quantiles) = (least, span, quantiles);

    public bool IsExact => _quantiles.Length == 0;

    /// <param name="tables">Of the shapes that were made already; one shape is made once.</param>
    public static Pert Of(Minutes minutes, Dictionary<double, double[]> tables)
    {
        // A range in the wrong order is told elsewhere; here it is put right.
        double least = Math.Max(0, Math.Min(minutes.Min, Math.Min(minutes.Usual, minutes.Max))), most = Math.Max(least, Math.Max(minutes.Min, Math.Max(minutes.Usual, minutes.Max)));
        double span = most - least;
        if (span <= 0) return new Pert(least, 0, s_none);
        double mode = (Math.Max(least, minutes.Usual) - least) / span;
        if (!tables.TryGetValue(mode, out double[]? table)) tables.Add(mode, table = Table(mode));
        return new Pert(least, span, table);
    }

    /// <param name="unit">From 0 to 1.</param>
    public double At(double unit)
    {
        if (IsExact) return _least;
        double place = unit * Quantiles;
        int below = Math.Min((int)place, Quantiles - 1);
        return _least + _span * (_quantiles[below] + (_quantiles[below + 1] - _quantiles[below]) * (place - below));
    }

    /// <summary>x at which the distribution function reaches 0, 1/1024, … 1; the density is x^4m (1 - x)^4(1-m) but for a factor.</summary>
    static double[] Table(double mode)
    {
        double[] below = new double[Cells + 1];
        for (int i = 0; i < Cells; i++)
        {
            double x = (i + 0.5) / Cells;
            below[i + 1] = below[i] + ExactMath.Exp(4 * (mode * ExactMath.Log(x) + (1 - mode) * ExactMath.Log(1 - x)));
        }
        double[] table = new double[Quantiles + 1];
        int cell = 0;
        for (int q = 1; q < Quantiles; q++)
        {
            double wanted = below[Cells] * q / Quantiles;
            while (below[cell + 1] < wanted) cell++;
            table[q] = (cell + (wanted - below[cell]) / (below[cell + 1] - below[cell])) / Cells;
        }
        table[Quantiles] = 1;
        return table;
    }
}
