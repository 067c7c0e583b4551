namespace Tandem.Upgrade.Rehearsing.Chances;

/// <summary>
/// Logarithm and exponential of additions, multiplications and divisions alone, which IEEE 754 fixes to the last bit. Math.Log and
/// Math.Exp ask the platform's C library, whose last bits differ from machine to machine.
/// </summary>
static class ExactMath
{
    const double Ln2 = 0.693147180559945309;

    /// <param name="x">Above 0, no denormal number.</param>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | (1023L << 52));
        if (m > 1.4142135623730951) (m, exponent) = (m / 2, exponent + 1);
        // ln m = 2 artanh s, whose series falls by s² < 0.03 a term.
        double s = (m - 1) / (m + 1), square = s * s, sum = 0;
        for (int k = 23; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
        return 2 * s * sum + exponent * Ln2;
    }

    /// <param name="x">Its exponential must be a normal number.</param>
    public static double Exp(double x)
    {
        double whole = Math.Floor(x / Ln2 + 0.5), rest = x - whole * Ln2, sum = 1;
        for (int k = 18; k >= 1; k--) sum = 1 + sum * rest / k;
        return Math.ScaleB(sum, (int)whole);
    }
}
