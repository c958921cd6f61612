package steps

// Close1 gives back what step 1 holds.
func (s *Step1) Close1() error {
	if s.closed {
		return errTwice1
	}
	s.closed = true
	return nil
}
